// The csv report: rows as RFC 4180 has them, and no cell that a spreadsheet would compute.
#include "core/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

using namespace rdpsweep;

namespace {

// A strict reader of our own dialect: CRLF between rows, quotes doubled inside quotes.
std::vector<std::vector<std::string>> rows_of(const std::string& text) {
    std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool twice = text.substr(i, 2) == "\"\"";
        if (quoted && twice) {
            rows.back().back() += '"';
            ++i;
        } else if (text[i] == '"') {
            quoted = !quoted;
        } else if (!quoted && text[i] == ',') {
            rows.back().emplace_back();
        } else if (!quoted && text.substr(i, 2) == "\r\n") {
            rows.emplace_back(1);
            ++i;
        } else {
            rows.back().back() += text[i];
        }
    }
    REQUIRE_FALSE(quoted);
    REQUIRE(rows.back() == std::vector<std::string>{""}); // the last row ends with a line break
    rows.pop_back();
    return rows;
}

std::string
cell(const std::vector<std::vector<std::string>>& rows, std::size_t row, const char* name) {
    for (std::size_t i = 0; i < rows[0].size(); ++i) {
        if (rows[0][i] == name) return rows[row][i];
    }
    FAIL("no column " << name);
    return {};
}

} // namespace

TEST_CASE("csv report: one row a target, each as wide as the header", "[report]") {
    const auto fleet = test::mixed_fleet();
    const auto rows = rows_of(test::render("csv", fleet));
    REQUIRE(rows.size() == fleet.size() + 1);
    for (std::size_t i = 0; i < fleet.size(); ++i) {
        CHECK(rows[i + 1].size() == rows[0].size());
        CHECK(rows[i + 1][0] == fleet[i].target.name);
    }
    CHECK(cell(rows, 2, "verdict") == "broken");
    CHECK(cell(rows, 2, "root_cause") == "machine_keys");
    CHECK(cell(rows, 2, "secondary_causes") == "group_policy");
    CHECK(cell(rows, 2, "rule") == "KEY.ACL");
    CHECK(cell(rows, 2, "summary") == "NETWORK SERVICE cannot read the private key of RDP");
    CHECK(cell(rows, 2, "windows_build") == "17763");
    CHECK(cell(rows, 2, "transport") == "winrm");
    CHECK(cell(rows, 2, "took_ms") == "1234");
    CHECK(cell(rows, 2, "tags") == "env=prod");
}

TEST_CASE("csv report: what was not assessed has a reason instead of a verdict", "[report]") {
    const auto rows = rows_of(test::render("csv", test::mixed_fleet()));
    CHECK(cell(rows, 7, "outcome") == "unreachable");
    CHECK(cell(rows, 7, "verdict").empty());
    CHECK(cell(rows, 7, "rung") == "tcp");
    CHECK(cell(rows, 7, "code") == "timed_out");
    CHECK(cell(rows, 7, "hint") == "check the NSG for port 5986");
    CHECK(cell(rows, 8, "native") == "HTTP 401");
    CHECK(cell(rows, 9, "outcome") == "skipped");
    CHECK(cell(rows, 9, "summary") == "assessed by the run this one resumes");
}

TEST_CASE("csv report: no cell is a formula", "[report]") {
    for (const auto* start :
         {"=cmd|' /C calc'!A0",
          "+1+1",
          "-2+3",
          "@SUM(A1)",
          "  =1+1",
          "\t=1",
          "\r=1",
          "＝1",
          "＋1",
          "－1",
          "＠A"}) {
        INFO(start);
        auto host = test::broken_key_host(0);
        host.target.name = start;
        host.target.tags = {{start, "x"}};
        host.findings[1].rule = start;
        host.findings[1].summary = {"TEST.key", {{"account", start}}};
        const auto text = test::render("csv", {host});
        const auto rows = rows_of(text);
        REQUIRE(rows.size() == 2);
        CHECK(cell(rows, 1, "name") == "'" + printable(start));
        CHECK(cell(rows, 1, "rule")[0] == '\'');
        CHECK(cell(rows, 1, "summary")[0] == '\'');
        CHECK(cell(rows, 1, "tags")[0] == '\'');
    }
    const auto plain = rows_of(test::render("csv", {test::healthy_host(0)}));
    CHECK(cell(plain, 1, "name") == "web-00000"); // and nothing else is touched
    CHECK(cell(plain, 1, "address") == "10.1.0.0");
}

TEST_CASE("csv report: a semicolon does not split a cell", "[report]") {
    auto host = test::healthy_host(0);
    host.target.name = "a;=1+1";
    CHECK(test::render("csv", {host}).find("\"a;=1+1\"") != std::string::npos);
}

TEST_CASE("csv report: quotes, commas and line breaks of a host stay in their cell", "[report]") {
    auto host = test::healthy_host(0);
    host.target.name = "a\",\"b\r\nc";
    const auto rows = rows_of(test::render("csv", {host}));
    REQUIRE(rows.size() == 2);
    CHECK(cell(rows, 1, "name") == "a\",\"b\\x0D\\x0Ac");
}
