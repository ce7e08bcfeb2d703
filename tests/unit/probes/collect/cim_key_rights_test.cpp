// The rights of a key file over CIM: what WMI refuses, and who is said to have read them.
#include "probes/collect/cim/plan.hpp"
#include "probes/collect/decode.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace rdpsweep;

namespace {

constexpr const char* key_path = R"(C:\ProgramData\Microsoft\Crypto\RSA\MachineKeys\f686aace_a)";

cim::Value text(std::string value) {
    cim::Value made;
    made.texts = {std::move(value)};
    return made;
}

cim::Value object(cim::Instance inside) {
    cim::Value made;
    made.objects = {std::move(inside)};
    return made;
}

cim::Instance trustee(const char* sid) {
    return {"Win32_Trustee", {{"SIDString", text(sid)}}};
}

// O:SY, NETWORK SERVICE read.
cim::Instance descriptor() {
    cim::Instance entry{
        "Win32_ACE",
        {{"AccessMask", text("1179785")},
         {"AceFlags", text("0")},
         {"AceType", text("0")},
         {"Trustee", object(trustee("S-1-5-20"))}}};
    return {
        "Win32_SecurityDescriptor",
        {{"ControlFlags", text("36868")},
         {"Owner", object(trustee("S-1-5-18"))},
         {"DACL", object(std::move(entry))}}};
}

bool is_query_for(const cim::Request& request, const char* what) {
    const auto* query = std::get_if<cim::Query>(&request.what);
    return query != nullptr && query->wql.find(what) != std::string::npos;
}

// Returns what is made of a host with one key file, whose rights are answered with that number.
nlohmann::json told(const std::string& number) {
    CimPlan plan{CimPlanOptions()};
    while (const auto request = plan.next()) {
        cim::Rows rows;
        if (is_query_for(*request, "MachineKeys")) {
            rows = {{"", {{"Name", text(key_path)}, {"FileSize", text("2310")}}}};
        } else if (request->class_name == "Win32_LogicalFileSecuritySetting") {
            rows = {{"", {{"ReturnValue", text(number)}}}};
            if (number == "0") rows[0].properties.emplace_back("Descriptor", object(descriptor()));
        } else if (std::holds_alternative<cim::Invoke>(request->what)) {
            rows = {{"", {{"ReturnValue", text("2")}}}};
        }
        plan.answer(std::move(rows));
    }
    return nlohmann::json::parse(plan.document());
}

std::string unread(const nlohmann::json& document) {
    for (const auto& entry : document.at("unread")) {
        if (entry.at("ptr") == "/keys/files/0/sddl")
            return entry.at("why").get<std::string>() + " " + entry.at("code").get<std::string>();
    }
    return {};
}

} // namespace

TEST_CASE("cim plan: rights of a key file say that WMI read them", "[cim]") {
    const auto document = told("0");
    const auto& file = document.at("keys").at("files").at(0);
    CHECK(file.at("sddl") == "O:S-1-5-18D:P(A;;0x120089;;;S-1-5-20)");
    CHECK(file.at("sddl_by") == "wmi");
    CHECK(unread(document).empty());
    const auto facts = decode_facts(document.dump(), "winrm", 1'790'000'000);
    REQUIRE(facts);
    CHECK(facts->machine_keys->files.at(0).by_wmi);
}

TEST_CASE("cim plan: rights that WMI refuses are unread with its number", "[cim]") {
    CHECK(unread(told("2")) == "denied WMI 2");
    CHECK(unread(told("9")) == "denied WMI 9");
    CHECK(unread(told("8")) == "error WMI 8");
    CHECK(unread(told("x")) == "error ");
    CHECK_FALSE(told("2").at("keys").at("files").at(0).contains("sddl_by"));
}
