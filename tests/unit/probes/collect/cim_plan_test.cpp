// What the CIM plan asks, and what it makes of refusals, absences and lies. That its facts are
// those of the PowerShell collector is shown on every profile of the simulated fleet
// (cim_fleet.py).
#include "probes/collect/cim/plan.hpp"
#include "probes/collect/decode.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace rdpsweep;
using nlohmann::json;

namespace {

using Host = std::function<Result<cim::Rows>(const cim::Request&)>;

const cim::Invoke* call(const cim::Request& request) {
    return request.class_name == "StdRegProv" ? std::get_if<cim::Invoke>(&request.what) : nullptr;
}

std::string parameter(const cim::Invoke& invoke, std::string_view name) {
    for (const auto& [key, value] : invoke.parameters) {
        if (key == name) return value;
    }
    return {};
}

cim::Value texts(std::vector<std::string> values) {
    cim::Value value;
    value.texts = std::move(values);
    return value;
}

cim::Rows output(std::uint32_t code, std::vector<std::pair<std::string, cim::Value>> more = {}) {
    cim::Instance row;
    row.properties = std::move(more);
    row.properties.emplace_back("ReturnValue", texts({std::to_string(code)}));
    return {row};
}

Error fault(const std::string& code, Errc errc = Errc::unsupported) {
    return Error(Phase::run, errc, "no").with_native("WSManFault " + code);
}

// A machine with an empty registry, without services and files.
Result<cim::Rows> empty_host(const cim::Request& request) {
    return call(request) != nullptr ? output(2) : cim::Rows();
}

struct Asked {
    std::vector<cim::Request> requests;
    json document;
    std::optional<Error> refusal;
};

Asked ask(const Host& host) {
    CimPlan plan{CimPlanOptions()};
    Asked asked;
    while (auto request = plan.next()) {
        REQUIRE(asked.requests.size() < 5'000);
        asked.requests.push_back(*request);
        plan.answer(host(*request));
    }
    asked.document = json::parse(plan.document());
    asked.refusal = plan.refusal();
    return asked;
}

const json* unread(const Asked& asked, const std::string& pointer) {
    for (const auto& entry : asked.document.at("unread")) {
        if (entry.at("ptr") == pointer) return &entry;
    }
    return nullptr;
}

bool decodes(const Asked& asked) {
    const auto facts = decode_facts(asked.document.dump(), "winrm", 1'790'000'000);
    if (!facts) UNSCOPED_INFO(facts.error().detail());
    return static_cast<bool>(facts);
}

} // namespace

TEST_CASE("cim plan: every question only reads", "[cim]") {
    const auto asked = ask(empty_host);
    CHECK(asked.requests.size() > 40);
    for (const auto& request : asked.requests) {
        INFO(request.class_name);
        CHECK(cim::reads_only(request));
    }
    CHECK_FALSE(asked.refusal);
    CHECK(decodes(asked));
    CHECK(asked.document.at("collector").at("path") == "cim");
}

TEST_CASE("cim plan: a host that lets us ask nothing is a refusal, found out soon", "[cim]") {
    const auto asked = ask([](const auto&) { return fault("5 0x80070005", Errc::access_denied); });
    REQUIRE(asked.refusal);
    CHECK(asked.refusal->code() == Errc::access_denied);
    CHECK(asked.requests.size() < 60);
    CHECK(decodes(asked));
}

TEST_CASE("cim plan: a registry provider that one namespace lacks is asked in the other", "[cim]") {
    const auto asked = ask([](const cim::Request& request) -> Result<cim::Rows> {
        if (call(request) != nullptr && request.name_space != "root/default") {
            return fault("2150858778");
        }
        return empty_host(request);
    });
    std::size_t there = 0, elsewhere = 0;
    for (const auto& request : asked.requests) {
        if (call(request) == nullptr) continue;
        ++(request.name_space == "root/default" ? there : elsewhere);
    }
    CHECK(elsewhere == 1);
    CHECK(there > 20);
    CHECK(unread(asked, "/tls") == nullptr);
}

TEST_CASE(
    "cim plan: a key that may not be read is given up whole, and said to be denied", "[cim]"
) {
    const auto asked = ask([](const cim::Request& request) -> Result<cim::Rows> {
        const auto* invoke = call(request);
        const bool schannel =
            invoke != nullptr &&
            parameter(*invoke, "sSubKeyName").find("SCHANNEL") != std::string::npos;
        return schannel ? output(5) : empty_host(request);
    });
    const auto* entry = unread(asked, "/tls");
    REQUIRE(entry != nullptr);
    CHECK(entry->at("why") == "denied");
    CHECK(entry->at("code") == "0x00000005");
    CHECK_FALSE(asked.document.contains("tls"));
    CHECK(decodes(asked));
}

TEST_CASE("cim plan: what no class tells is unread, never absent", "[cim]") {
    const auto asked = ask(empty_host);
    for (const auto* pointer : {"/hs", "/sessions", "/gp/registry_pol", "/evt/Security"}) {
        INFO(pointer);
        const auto* entry = unread(asked, pointer);
        REQUIRE(entry != nullptr);
        CHECK(entry->at("why") == "unsupported");
    }
    // No row for a folder that every Windows has: hidden from us, not gone.
    CHECK(unread(asked, "/keys/files") != nullptr);
}

TEST_CASE("cim plan: a class that times out costs only its own facts", "[cim]") {
    const auto asked = ask([](const cim::Request& request) -> Result<cim::Rows> {
        const auto* query = std::get_if<cim::Query>(&request.what);
        if (query != nullptr && query->wql.find("Win32_NTLogEvent") != std::string::npos) {
            return fault("2150858793", Errc::timed_out);
        }
        return empty_host(request);
    });
    const auto* entry = unread(asked, "/evt");
    REQUIRE(entry != nullptr);
    CHECK(entry->at("why") == "timeout");
    CHECK(unread(asked, "/svc") == nullptr);
}

TEST_CASE("cim plan: a host that never stops raising questions is not asked for ever", "[cim]") {
    // More of everything than the plan may ask about; made once, the plan asks 2,000 times.
    std::vector<std::string> names, types;
    for (int i = 0; i < 2'100; ++i) {
        names.push_back("{name-" + std::to_string(i) + "}");
        types.push_back(std::to_string(1 + i % 7));
    }
    const auto values = output(
        0,
        {{"sNames", texts(names)},
         {"Types", texts(types)},
         {"sValue", texts(names)},
         {"uValue", texts(types)}}
    );
    cim::Rows rows;
    for (int i = 0; i < 500; ++i) {
        cim::Instance row;
        for (const auto* column : {"Name", "ProcessId", "LocalPort", "OwningProcess", "Handle"})
            row.properties.emplace_back(column, texts({std::to_string(i)}));
        rows.push_back(std::move(row));
    }
    const auto asked = ask([&](const cim::Request& request) -> Result<cim::Rows> {
        return call(request) != nullptr ? values : rows;
    });
    CHECK(asked.requests.size() > 500);
    CHECK(asked.requests.size() <= 2'000);
    CHECK(decodes(asked));
}

TEST_CASE(
    "cim plan: answers of the wrong kind never make a document that cannot be read", "[cim]"
) {
    const std::vector<std::string> rubbish{
        "",
        "-1",
        "99999999999999999999",
        "0x10",
        "true",
        "\xff\xfe",
        "2026-13-45T99:99:99Z",
        std::string(100'000, 'A'),
        "/../~1",
        "S-1-5-"};
    for (const auto& text : rubbish) {
        INFO(text.substr(0, 20));
        const auto asked = ask([&](const cim::Request&) -> Result<cim::Rows> {
            cim::Instance row;
            for (const auto* column :
                 {"ReturnValue",
                  "sNames",
                  "Types",
                  "sValue",
                  "uValue",
                  "Name",
                  "ProcessId",
                  "State",
                  "StartMode",
                  "BuildNumber",
                  "LocalPort",
                  "OwningProcess",
                  "Descriptor",
                  "TimeGenerated",
                  "EventCode",
                  "InsertionStrings",
                  "SSLCertificateSHA1Hash"})
                row.properties.emplace_back(column, texts({text}));
            return cim::Rows{row, row};
        });
        CHECK(decodes(asked));
    }
    const auto none = ask([](const cim::Request&) { return cim::Rows(); });
    CHECK(decodes(none));
}

TEST_CASE("cim plan: the system drive is the one that Windows names, and nothing else", "[cim]") {
    const auto drives_asked = [](const Asked& asked) {
        std::vector<std::string> wanted;
        for (const auto& request : asked.requests) {
            const auto* query = std::get_if<cim::Query>(&request.what);
            if (query != nullptr && query->wql.find("Win32_LogicalDisk") != std::string::npos)
                wanted.push_back(query->wql);
        }
        return wanted;
    };
    const auto on = [](const std::string& drive) {
        return [drive](const cim::Request& request) -> Result<cim::Rows> {
            const auto* query = std::get_if<cim::Query>(&request.what);
            if (query == nullptr) return empty_host(request);
            cim::Instance row;
            if (query->wql.find("Win32_OperatingSystem") != std::string::npos)
                row.properties.emplace_back("SystemDrive", texts({drive}));
            else if (query->wql.find("Win32_LogicalDisk") != std::string::npos)
                row.properties.emplace_back("FreeSpace", texts({"5242880"}));
            else
                return empty_host(request);
            return cim::Rows{row};
        };
    };
    const auto other = ask(on("D:"));
    CHECK(
        drives_asked(other) ==
        std::vector<std::string>{"SELECT FreeSpace FROM Win32_LogicalDisk WHERE DeviceID='D:' "
                                 "AND FreeSpace<1073741824"}
    );
    CHECK(other.document.at("os").at("disk_free_mb") == 5);
    for (const auto* drive : {"", "C", "C:' OR ''='", "\xc3:", "1:", "':"}) {
        INFO(drive);
        const auto asked = ask(on(drive));
        CHECK(drives_asked(asked).empty());
        CHECK(unread(asked, "/os/disk_free_mb") != nullptr);
    }
    const auto refused = ask([](const cim::Request& request) -> Result<cim::Rows> {
        const auto* query = std::get_if<cim::Query>(&request.what);
        const bool system =
            query != nullptr && query->wql.find("Win32_OperatingSystem") != std::string::npos;
        if (system) return fault("2150858778");
        return empty_host(request);
    });
    CHECK(unread(refused, "/os/disk_free_mb") != nullptr);
    CHECK(unread(refused, "/os/boot_utc") != nullptr);
}
