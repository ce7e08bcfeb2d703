// The markdown report: within 60 KB, and nothing in it but our own markup.
#include "core/digest.hpp"
#include "reports/markdown/markdown.hpp"
#include "reports/markdown/markup.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

using namespace rdpsweep;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

// A fleet in which no two hosts are broken in the same way, with long names and sentences.
HostResult sick_host(std::size_t index) {
    auto host = test::broken_key_host(index);
    host.target.name = std::string(50, 'n') + std::to_string(index);
    host.fingerprint = sha256_hex(std::to_string(index));
    host.root_cause = static_cast<Cause>(1 + index % 8);
    for (auto& finding : host.findings)
        finding.cause = host.root_cause;
    host.findings[1].summary.arguments["account"] = std::string(300, '*') + std::to_string(index);
    host.attempts.front().notes = {{"note." + std::to_string(index), {}}};
    return host;
}

} // namespace

TEST_CASE("markdown report: completeness, causes, dates, obstacles", "[report]") {
    const auto text = test::render("markdown", test::mixed_fleet());
    INFO(text);
    CHECK(has(text, "# RDP fleet report\n\n**2 hosts cannot take RDP connections"));
    CHECK(has(text, "| 12 | 8 | 1 | 1 | 1 | 1 |"));
    CHECK(has(text, "### The private key of RDP cannot be used"));
    CHECK(
        has(text,
            "| 2 | ✖ broken | NETWORK SERVICE cannot read the private key of RDP | "
            "`sql-00001` `sql-00002` |")
    );
    CHECK(has(text, "`rdpsweep explain KEY.ACL`"));
    CHECK(has(text, "| 2026-11-27 | 1 | `app-00003` |"));
    CHECK(has(text, "| 1 | refused | at auth: access\\_denied `HTTP 401` | `lost-00007` |"));
    CHECK(text.find("## How complete this is") < text.find("## Root causes"));
    CHECK_FALSE(has(text, "was cut here"));
}

TEST_CASE("markdown report: at most 60 KB, and a cut is said", "[report]") {
    const auto text = test::render("markdown", test::Hosts(3'000, sick_host));
    CHECK(text.size() <= markdown_bytes);
    CHECK(text.size() > markdown_bytes - 2'000);
    CHECK(text.ends_with("see the html or json report for the rest.\n"));
    const auto calm = test::render("markdown", test::Hosts(10'000, test::generated_host));
    CHECK(calm.size() <= markdown_bytes);
    CHECK_FALSE(has(calm, "was cut here"));
    std::vector<HostResult> varied;
    for (std::size_t i = 0; i < 100; ++i) {
        varied.push_back(test::broken_key_host(i));
        varied.back().fingerprint = std::to_string(i);
    }
    CHECK(has(test::render("markdown", varied), "and 60 more kinds of evidence"));
}

TEST_CASE("markdown report: hostile text is escaped", "[report]") {
    auto host = test::hostile_host(0);
    host.findings[1].summary = {"TEST.key", {{"account", "[a](j:x) <e> | @t `f`"}}};
    host.target.name = "`|x";
    const auto text = test::render("markdown", {host});
    INFO(text);
    CHECK_FALSE(has(text, "](javascript"));
    CHECK(has(text, "\\[a\\](j:x)"));
    CHECK(has(text, "`'\\|x`"));
}

TEST_CASE("markdown markup: a document ends where its budget does", "[report]") {
    markdown::Document document(5);
    document.add("abc");
    CHECK_FALSE(document.cut());
    document.add("def");
    CHECK(document.cut());
    document.add("g"); // would fit, and would stand without what came before it
    CHECK(document.text() == "abc");
    CHECK(markdown::escaped("a@b") == "a\\@&#8203;b");
    CHECK(
        markdown::escaped("see http://x.y, WWW.x.y (a.b: c)") ==
        "see http\\://x.y, WWW\\.x.y (a.b: c)"
    );
    CHECK(markdown::escaped("_1_\n#") == "\\_1\\_\\\\x0A\\#");
}
