// What a record says of the way in by which a host is asked.
#include "core/json.hpp"
#include "scanner/store/audit.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

using namespace rdpsweep;

namespace {

nlohmann::json only_record(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    REQUIRE(std::getline(file, line));
    return nlohmann::json::parse(line);
}

} // namespace

TEST_CASE("audit: questions are asked of cmd.exe's tools by a console, else by CIM", "[audit]") {
    const std::pair<const char*, const char*> known[] = {
        {"winrm", "cim"}, {"winrm-http", "cim"}, {"serial", "cmd"}};
    for (const auto& [transport, asked] : known) {
        CAPTURE(transport);
        const Scratch scratch;
        auto audit = AuditLog::open(scratch.path("audit"));
        REQUIRE(audit);
        REQUIRE(audit->questions({Target(), transport, "CORP\\me", "run"}));
        const auto record = only_record(scratch.path("audit"));
        CHECK(record.at("transport") == transport);
        CHECK(record.at("questions") == asked);
        CHECK(record.at("effect") == "read_only");
        CHECK(record.at("user") == "CORP\\me");
    }
}

TEST_CASE("audit: a person's console is by the serial transport", "[audit]") {
    const Scratch scratch;
    auto audit = AuditLog::open(scratch.path("audit"));
    REQUIRE(audit);
    REQUIRE(audit->console(Target(), "me"));
    const auto record = only_record(scratch.path("audit"));
    CHECK(record.at("transport") == "serial");
    CHECK(record.at("effect") == "a person's");
}
