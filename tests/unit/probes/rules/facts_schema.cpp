#include "tests/unit/probes/rules/facts_schema.hpp"

#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <fstream>

namespace rdpsweep::test {

namespace {

using nlohmann::json;

// The logs that a collector asks by themselves, and says of each when it cannot.
constexpr std::array<std::string_view, 7> logs{
    "/evt/Schannel",
    "/evt/TermService",
    "/evt/RdpCoreTS",
    "/evt/LSM",
    "/evt/SCM",
    "/evt/NETLOGON",
    "/evt/Security"};

// What is read out of a certificate's or a served certificate's bytes.
constexpr std::array<std::string_view, 12> decoded{
    "not_before",
    "not_after",
    "subject",
    "issuer",
    "provider",
    "key_file",
    "key_bits",
    "signature_hash",
    "dns_names",
    "eku",
    "self_signed",
    "certificate"};

const json& schema() {
    static const json document = [] {
        std::ifstream file(std::string(RDPSWEEP_SOURCE_DIR) + "/docs/schema/facts-1.schema.json");
        return json::parse(file);
    }();
    return document;
}

const json& behind(const json& node) {
    const auto found = node.find("$ref");
    if (found == node.end()) return node;
    return schema().at(json::json_pointer(found->get<std::string>().substr(1)));
}

bool is_number(const std::string& text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// Returns the node of a member, or of an element; null where there is none.
const json* step(const json& node, const std::string& name) {
    if (const auto members = node.find("properties");
        members != node.end() && members->contains(name))
        return &behind((*members)[name]);
    if (const auto items = node.find("items"); items != node.end() && is_number(name))
        return &behind(*items);
    const auto others = node.find("additionalProperties");
    return others != node.end() && others->is_object() ? &behind(*others) : nullptr;
}

bool is_member(const json& node, const std::string& name) {
    const auto members = node.find("properties");
    return (members != node.end() && members->contains(name)) ||
           (node.contains("items") && is_number(name));
}

} // namespace

bool is_in_facts(std::string_view pointer) {
    if (!pointer.starts_with('/')) return false;
    if (std::count(logs.begin(), logs.end(), pointer) == 1) return true;
    const json* node = &schema();
    bool named_freely = false; // the last name was one that the VM chose
    for (const auto& name : split(pointer.substr(1), '/')) {
        const json* next = step(*node, name);
        // Names such as "AES 128/128" hold a slash themselves.
        if (next == nullptr && named_freely) return true;
        if (next == nullptr) return std::count(decoded.begin(), decoded.end(), name) == 1;
        named_freely = !is_member(*node, name) && next->value("type", "") != "object";
        node = next;
    }
    return true;
}

} // namespace rdpsweep::test
