// The final screen: short, complete, and safe to look at.
#include "core/columns.hpp"
#include "core/text.hpp"
#include "core/unicode.hpp"
#include "reports/text/line.hpp"
#include "reports/text/text.hpp"
#include "reports/wording.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

#include <algorithm>

using namespace rdpsweep;

namespace {

std::size_t line_count(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

// A fleet in which everything that can ask for lines does so.
std::vector<HostResult> crowded_fleet() {
    std::vector<HostResult> hosts;
    for (int cause = 1; cause <= static_cast<int>(Cause::unexplained); ++cause) {
        for (int variant = 0; variant < 30; ++variant) {
            auto host = test::broken_key_host(hosts.size());
            host.root_cause = static_cast<Cause>(cause);
            host.fingerprint = std::to_string(hosts.size());
            host.findings[1].cause = host.root_cause;
            host.findings[1].summary.arguments["account"] = host.fingerprint;
            host.attempts[0].notes = {{"note." + host.fingerprint, {}}};
            hosts.push_back(host);
            hosts.push_back(test::expiring_host(hosts.size(), variant));
            auto unknown = test::unknown_host(hosts.size());
            unknown.fingerprint = std::to_string(hosts.size());
            unknown.findings[0].summary.key = "X" + unknown.fingerprint;
            hosts.push_back(unknown);
            const auto code = static_cast<Errc>(1 + variant % static_cast<int>(Errc::bug));
            hosts.push_back(test::obstructed_host(
                hosts.size(), Outcome::unreachable, Error(Phase::tls, code, "x")
            ));
        }
    }
    return hosts;
}

} // namespace

TEST_CASE("text report: at most 40 lines for a fleet of any size", "[report]") {
    for (const std::size_t size : {0u, 1u, 2u, 3u, 4u, 50u, 1'000u, 10'000u}) {
        const auto text = test::render("text", test::Hosts(size, test::generated_host));
        INFO(size << "\n" << text);
        CHECK(line_count(text) <= screen_lines);
    }
    const auto text = test::render("text", crowded_fleet());
    INFO(text);
    CHECK(line_count(text) <= screen_lines);
    for (int cause = 1; cause <= static_cast<int>(Cause::unexplained); ++cause) {
        CHECK(has(text, title(test::fixture_catalogue(), static_cast<Cause>(cause))));
    }
    CHECK(has(text, "Not assessed"));
    CHECK(has(text, "rdpsweep report"));
}

TEST_CASE("text report: three crowded hosts still fit, and each is shown", "[report]") {
    std::vector<HostResult> hosts;
    for (std::size_t i = 0; i < 3; ++i) {
        auto host = test::broken_key_host(i);
        for (int k = 0; k < 30; ++k)
            host.findings.push_back(host.findings[1]);
        hosts.push_back(host);
    }
    const auto text = test::render("text", hosts);
    INFO(text);
    CHECK(line_count(text) <= screen_lines);
    for (const auto& host : hosts)
        CHECK(has(text, "✖ " + host.target.name));
    CHECK(has(text, "more lines"));
}

TEST_CASE("text report: completeness comes first and adds up", "[report]") {
    const auto text = test::render("text", test::mixed_fleet());
    const std::string sum = "12 targets = 8 assessed + 1 unreachable + 1 refused + 1 skipped + "
                            "1 not attempted";
    REQUIRE(has(text, sum));
    CHECK(text.find(sum) < text.find("Root causes"));
    CHECK(has(text, "66.7 % assessed"));
    CHECK(has(text, "✖ 2 broken"));
    CHECK_FALSE(has(text, "do not add up"));
}

TEST_CASE("text report: totals that do not add up are said", "[report]") {
    std::string written;
    auto reporter = test::format_named("text").make(
        [&written](std::string_view bytes) {
            written += bytes;
            return Status();
        },
        test::fixture_catalogue(),
        {}
    );
    test::Hosts hosts(test::mixed_fleet());
    auto report = test::report_of(hosts);
    ++report.totals.targets;
    REQUIRE(reporter->on_finish(report, hosts));
    CHECK(has(written, "do not add up"));
}

TEST_CASE("text report: causes with counts and three names, evidence folded", "[report]") {
    std::vector<HostResult> hosts;
    for (std::size_t i = 0; i < 7; ++i)
        hosts.push_back(test::broken_key_host(i));
    hosts[6].fingerprint = "other evidence, same sentence";
    const auto text = test::render("text", hosts);
    INFO(text);
    CHECK(
        has(text,
            "✖ 7 broken  The private key of RDP cannot be used  sql-00000, sql-00001, sql-00002 +4")
    );
    CHECK(has(text, "        7  ✖ NETWORK SERVICE cannot read the private key of RDP"));
    CHECK(has(text, "rdpsweep explain KEY.ACL"));
}

TEST_CASE("text report: at risk by date, nearest first, past dates left out", "[report]") {
    const auto text = test::render(
        "text",
        {test::expiring_host(0, 20),
         test::expiring_host(1, 4),
         test::expiring_host(2, 4),
         test::expiring_host(3, -3)}
    );
    INFO(text);
    const auto soon = text.find("▲ 2026-11-27        2  app-00001, app-00002");
    const auto later = text.find("▲ 2026-12-13        1  app-00000");
    REQUIRE(soon != text.npos);
    REQUIRE(later != text.npos);
    CHECK(soon < later);
    CHECK_FALSE(has(text, "▲ 2026-11-20 "));
}

TEST_CASE("text report: what was not assessed, by rung and code", "[report]") {
    const auto text = test::render("text", test::mixed_fleet());
    CHECK(has(text, "unreachable  at tcp: timed_out  lost-00006"));
    CHECK(has(text, "refused  at auth: access_denied (HTTP 401)  lost-00007"));
    CHECK(has(text, "not attempted  the run ended first  late-00009"));
    CHECK(has(text, "rdpsweep scan --resume 20261123-030000-ab12"));
    CHECK(has(text, "! --insecure"));
    const auto complete = test::render("text", {4, test::healthy_host(0)});
    CHECK_FALSE(has(complete, "--resume"));
    CHECK(has(complete, "No assessed host is broken or at risk."));
}

TEST_CASE("text report: a code that only one host has does not stand for the row", "[report]") {
    std::vector<HostResult> hosts;
    for (std::size_t i = 0; i < 5; ++i) {
        hosts.push_back(test::obstructed_host(
            i,
            Outcome::refused,
            Error(Phase::tls, Errc::certificate_rejected, "x")
                .with_native("sha256:" + std::to_string(i))
        ));
    }
    const auto text = test::render("text", hosts);
    CHECK(has(text, "        5  refused  at tls: certificate_rejected  lost-00000"));
    CHECK_FALSE(has(text, "sha256:"));
}

TEST_CASE("text report: a long value leaves room for its sentence", "[report]") {
    auto hosts = std::vector<HostResult>(5, test::broken_key_host(0));
    for (auto& host : hosts) {
        host.findings[1].summary.arguments["account"] = "f686aace6942fb7f7ceb231212eef4a4_5fa8100b";
    }
    const auto text = test::render("text", hosts);
    INFO(text);
    CHECK(has(text, "5  ✖ f686aace6942fb…f4a4_5fa8100b cannot read the private key of RDP\n"));
}

TEST_CASE("text report: the rule to read about is that of the largest group", "[report]") {
    std::vector<HostResult> hosts(5, test::broken_key_host(0));
    hosts[0].fingerprint = "rare";
    hosts[0].findings[1].rule = "KEY.PRESENT";
    CHECK(has(test::render("text", hosts), "rdpsweep explain KEY.ACL"));
}

TEST_CASE("text report: no good news about a fleet nobody reached", "[report]") {
    std::vector<HostResult> hosts;
    for (std::size_t i = 0; i < 5; ++i) {
        hosts.push_back(test::obstructed_host(
            i, Outcome::unreachable, Error(Phase::connect, Errc::timed_out, "x")
        ));
    }
    const auto text = test::render("text", hosts);
    CHECK(has(text, "Nothing is known"));
    CHECK_FALSE(has(text, "No assessed host"));
    CHECK(has(text, "0 % assessed"));
}

TEST_CASE("text report: a small fleet shows evidence and three-line errors", "[report]") {
    const auto text = test::render("text", {test::broken_key_host(1), test::mixed_fleet()[6]});
    INFO(text);
    CHECK(has(text, "✖ sql-00001  10.1.0.1  broken: The private key of RDP cannot be used"));
    CHECK(has(
        text,
        "/keys/files/0/sddl = O:SYG:SYD:PAI(A;;0x120089;;;SY)(A;;FA;;;BA)  (expected NS may read)"
    ));
    CHECK(
        has(text,
            "  winrm: stopped at tcp, timed_out, after 5.0 s\n"
            "    no answer to a TCP connection within 5 s\n"
            "    Next: check the NSG for port 5986\n")
    );
}

TEST_CASE("text report: colours only on demand, and never alone", "[report]") {
    const auto plain = test::render("text", test::mixed_fleet());
    CHECK_FALSE(has(plain, "\x1b"));
    ReportOptions options;
    options.color = true;
    const auto dressed = test::render("text", test::mixed_fleet(), options);
    CHECK(has(dressed, "\x1b[31m✖ 2 broken\x1b[0m"));
}

TEST_CASE("text report: hostile text does not reach the terminal", "[report]") {
    for (std::size_t size : {1u, 3u, 4u}) {
        auto hosts = std::vector<HostResult>(size, test::hostile_host(0));
        const auto text = test::render("text", hosts);
        CHECK_FALSE(has(text, "\x1b"));
        CHECK_FALSE(has(text, "\xE2\x80\xAE"));
        CHECK_FALSE(has(text, "\xC2\x9B"));
        CHECK(to_valid_utf8(text) == text);
        CHECK(has(text, "\\x1B[2J"));
    }
}

TEST_CASE("text report: no line is wider than the terminal, but commands stay whole", "[report]") {
    ReportOptions options;
    options.width = 60;
    const auto text = test::render("text", test::mixed_fleet(), options);
    for (const auto& line : split(text, '\n')) {
        INFO(line);
        const bool command = has(line, "rdpsweep ") && !has(line, "0.1.0");
        CHECK((columns(line) <= 60 || command));
    }
    CHECK(has(text, "rdpsweep report 20261123-030000-ab12 --report html:rdpsweep.html"));
}

TEST_CASE("line: cut by columns, wide characters count twice", "[report]") {
    CHECK(Line("日本語").render(5, false) == "日本…\n");
    CHECK(Line("abcdef").render(6, false) == "abcdef\n");
    CHECK(Line("abcdefg").render(6, false) == "abcde…\n");
    CHECK(Line("abcdefg").whole().render(3, false) == "abcdefg\n");
    CHECK(Line("ab", Tone::bad).add("cd").render(9, true) == "\x1b[31mab\x1b[0mcd\n");
    CHECK(Line("ab").pad_to(4).add("c").render(9, false) == "ab  c\n");
    CHECK(Line("abcd").pad_to(4).add("e").render(9, false) == "abcd e\n");
}

TEST_CASE("wording: shares are never rounded to all or nothing", "[report]") {
    CHECK(percent(0, 10) == "0");
    CHECK(percent(10, 10) == "100");
    CHECK(percent(9'999, 10'000) == "99.9");
    CHECK(percent(1, 100'000) == "0.1");
    CHECK(percent(2, 3) == "66.7");
    CHECK(percent(0, 0) == "100");
    CHECK(shortened("abcdefgh", 8) == "abcdefgh");
    CHECK(shortened("abcdefgh", 7) == "abc…fgh");
    CHECK(shortened("äöüäöüäö", 5) == "äö…äö");
    CHECK(shortened("abcdefgh", 2) == "abcdefgh");
    CHECK(grouped(7) == "7");
    CHECK(grouped(1'234'567) == "1,234,567");
    CHECK(grouped(100) == "100");
    CHECK(duration(std::chrono::milliseconds(812)) == "812 ms");
    CHECK(duration(std::chrono::milliseconds(4'250)) == "4.2 s");
    CHECK(duration(std::chrono::seconds(252)) == "4 min 12 s");
    CHECK(duration(std::chrono::minutes(125)) == "2 h 5 min");
}
