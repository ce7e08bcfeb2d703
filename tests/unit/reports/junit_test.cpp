// The junit report: counts that match the cases, and one case a target.
#include "core/unicode.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

using namespace rdpsweep;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

std::size_t occurrences(const std::string& text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

} // namespace

TEST_CASE("junit report: failures, errors and skipped are told apart", "[report]") {
    const auto text = test::render("junit", test::mixed_fleet());
    INFO(text);
    // 2 broken and 2 at risk; 1 unreachable, 1 refused, 1 not attempted and 1 unknown; 1 skipped
    // and 1 without an RDP server.
    CHECK(has(text, R"(tests="12" failures="4" errors="4" skipped="2")"));
    CHECK(occurrences(text, "<testcase ") == 12);
    CHECK(occurrences(text, "<failure ") == 4);
    CHECK(occurrences(text, "<error ") == 4);
    CHECK(occurrences(text, "<skipped ") == 2);
    CHECK(has(text, R"(<testcase classname="rdpsweep.machine_keys" name="sql-00001" time="1.234">)")
    );
    CHECK(
        has(text, R"(<failure type="broken" message="NETWORK SERVICE cannot read the private key)")
    );
    CHECK(has(text, "  /keys/files/0/sddl = O:SYG:SYD:PAI"));
    CHECK(has(text, R"(classname="rdpsweep.refused")"));
    CHECK(has(text, "Next: check the NSG for port 5986"));
    CHECK(has(text, R"(timestamp="2026-11-23T03:00:00")"));
}

TEST_CASE("junit report: hostile text is text, and XML 1.0 allows each character", "[report]") {
    auto host = test::hostile_host(0);
    host.target.name = "a\xEF\xBF\xBE"
                       "b\xEF\xBF\xBF";
    host.target.address = "]]>";
    const auto text = test::render("junit", {host});
    CHECK_FALSE(has(text, "<script"));
    CHECK_FALSE(has(text, "\x1b"));
    CHECK_FALSE(has(text, "\xEF\xBF\xBE"));
    CHECK_FALSE(has(text, "\xEF\xBF\xBF"));
    CHECK(
        has(text,
            "name=\"a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\"")
    );
    CHECK(has(text, "&lt;script&gt;alert(1)"));
    CHECK(to_valid_utf8(text) == text);
}

TEST_CASE("junit report: targets without a record are errors, not missing", "[report]") {
    std::string text;
    auto reporter = test::format_named("junit").make(
        [&text](std::string_view bytes) {
            text += bytes;
            return Status();
        },
        test::fixture_catalogue(),
        {}
    );
    test::Hosts hosts(std::vector<HostResult>{test::healthy_host(0)});
    auto report = test::report_of(hosts);
    report.totals.targets = 3;
    report.totals.by_outcome[Outcome::not_attempted] = 2;
    report.run.interrupted = true;
    REQUIRE(reporter->on_finish(report, hosts));
    CHECK(has(text, R"(tests="3" failures="0" errors="2")"));
    CHECK(occurrences(text, "<testcase ") == 3);
    CHECK(occurrences(text, "<error ") == 2);
    CHECK(has(text, R"(name="interrupted" value="true")"));
    CHECK(has(text, "The run was interrupted"));
}

TEST_CASE("junit report: evidence is bounded and says what it leaves out", "[report]") {
    auto host = test::broken_key_host(0);
    host.findings[1].evidence.assign(20, {"/keys/x", std::string(10'000, 'A'), "y"});
    for (int i = 0; i < 100; ++i)
        host.findings.push_back(host.findings[1]);
    const auto text = test::render("junit", {host});
    CHECK(text.size() < 40'000);
    CHECK(has(text, "and 14 more pieces of evidence"));
    CHECK(has(text, "and 94 more findings"));
}
