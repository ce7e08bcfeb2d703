// The page: self-contained, within its budget, and proof against what hosts say.
#include "core/encoding.hpp"
#include "core/inflate.hpp"
#include "core/text.hpp"
#include "core/unicode.hpp"
#include "reports/host_build.hpp"
#include "reports/html/markup.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

#include <functional>
#include <type_traits>

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

// What stands between the first open and the close after it.
std::string between(const std::string& text, std::string_view open, std::string_view close) {
    const auto from = text.find(open);
    REQUIRE(from != text.npos);
    const auto to = text.find(close, from + open.size());
    REQUIRE(to != text.npos);
    return text.substr(from + open.size(), to - from - open.size());
}

} // namespace

TEST_CASE("html: markup is ours, or escaped, or no markup at all", "[report]") {
    using html::Html;
    static_assert(std::is_convertible_v<const char(&)[4], Html>);
    static_assert(!std::is_constructible_v<Html, char(&)[4]>);
    static_assert(!std::is_constructible_v<Html, std::string>);
    static_assert(!std::is_constructible_v<Html, std::string_view>);
    static_assert(!std::is_constructible_v<Html, const char*>);
    static_assert(!std::is_constructible_v<Html, std::string, int>);
    static_assert(!std::is_assignable_v<Html&, std::string>);
    static_assert(!std::is_convertible_v<Html, std::string>); // nor is it escaped twice
    static_assert(!std::is_invocable_v<std::plus<>, Html, std::string>);
    static_assert(!std::is_invocable_v<std::plus<>, std::string, Html>);
    CHECK(("<b>" + html::escaped("<i>\x1b") + "</b>").str() == "<b>&lt;i&gt;\\x1B</b>");
    CHECK(html::escaped("a\xE2\x80\xAE&", 4).str() == "a\\u{202E}…");
    CHECK(Html::in_base64("<b>").str() == "PGI+");
    Html gone = "<b>";
    gone.clear();
    CHECK(gone.empty());
}

TEST_CASE("html report: 10,000 hosts stay under 5 MB, however sick", "[report]") {
    const auto page = test::render("html", test::Hosts(10'000, test::generated_host));
    CHECK(page.size() < 5'000'000);
    CHECK(occurrences(page, "class=h") == 3'000); // every host that is not healthy can be opened
    CHECK(occurrences(page, "<tr><td>web-") == 7'000);
    for (const auto make : {test::sick_host, test::varied_host}) {
        const auto sick = test::render("html", test::Hosts(10'000, make));
        CHECK(sick.size() < 5'000'000);
        CHECK(occurrences(sick, "<details class=h") == 10'000);
        CHECK(occurrences(sick, "data-e=") > 9'000);
        CHECK(occurrences(sick, "<table class=e>") > 150); // readable without JavaScript
    }
}

TEST_CASE("html report: packed evidence is what would have stood there", "[report]") {
    const auto page = test::render("html", test::Hosts(1'000, test::sick_host));
    const auto parcels = between(page, "<div id=packed hidden data-parcel=64>\n", "</div>");
    std::vector<std::string> fragments;
    for (const auto& line : split(parcels, '\n')) {
        if (line.empty()) continue;
        const auto packed = base64_decode(between(line, "<i>", "</i>"));
        REQUIRE(packed);
        // RFC 1950: two bytes before the deflated ones, four after them.
        const auto text =
            inflate_raw(std::string_view(*packed).substr(2, packed->size() - 6), 1u << 20);
        REQUIRE(text);
        auto some = split(*text, '\0');
        REQUIRE(some.back().empty());
        some.pop_back();
        fragments.insert(fragments.end(), some.begin(), some.end());
    }
    CHECK(fragments.size() == occurrences(page, "data-e="));
    const auto last =
        "data-e=" + std::to_string(fragments.size() - 1) + "><summary><b>sql-00999</b>";
    CHECK(has(page, last));
    CHECK(has(fragments.back(), "f686aace6942fb7f7ceb231212eef4a4_999"));
    CHECK(has(page, "<noscript><p class=alarm>The evidence of some hosts"));
}

TEST_CASE("html report: a small fleet is not packed", "[report]") {
    const auto page = test::render("html", test::Hosts(100, test::sick_host));
    CHECK_FALSE(has(page, "data-e="));
    CHECK_FALSE(has(page, "id=packed"));
    CHECK_FALSE(has(page, "noscript"));
}

TEST_CASE("html report: what a host says is escaped in packed evidence too", "[report]") {
    const auto page = test::render("html", test::Hosts(2'000, test::hostile_host));
    CHECK(occurrences(page, "<script") == 1);
    const auto parcels = between(page, "data-parcel=64>\n", "</div>");
    const auto packed = base64_decode(between(parcels, "<i>", "</i>"));
    const auto text =
        inflate_raw(std::string_view(*packed).substr(2, packed->size() - 6), 1u << 20);
    REQUIRE(text);
    CHECK_FALSE(has(*text, "<script"));
    CHECK(has(*text, "&lt;script&gt;"));
}

TEST_CASE(
    "html report: the policy allows this style and this script and nothing else", "[report]"
) {
    const auto page = test::render("html", test::mixed_fleet());
    const auto policy = between(page, "Content-Security-Policy content=\"", "\"");
    CHECK(policy.find("default-src 'none'; ") == 0);
    CHECK(has(policy, "style-src " + html::csp_hash(between(page, "<style>", "</style>")).str()));
    CHECK(has(policy, "script-src " + html::csp_hash(between(page, "<script>", "</script>")).str())
    );
    CHECK_FALSE(has(policy, "unsafe"));
    CHECK(occurrences(page, "<script") == 1);
    CHECK(occurrences(page, "<style") == 1);
}

TEST_CASE("html report: csp hashes are base64 of SHA-256", "[report]") {
    // The empty string's digest, FIPS 180-4.
    CHECK(html::csp_hash("").str() == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
}

TEST_CASE("html report: nothing is fetched and nothing is styled or run inline", "[report]") {
    const auto page = test::render("html", test::mixed_fleet());
    for (const auto* part :
         {"http://",
          "https://",
          " src=",
          "url(",
          "@import",
          " style=",
          " onclick=",
          " onload=",
          "javascript:"}) {
        INFO(part);
        CHECK_FALSE(has(page, part));
    }
}

TEST_CASE("html report: hostile text is shown, not obeyed", "[report]") {
    auto obstructed = test::obstructed_host(
        1,
        Outcome::unreachable,
        Error(Phase::tls, Errc::peer_closed, std::string(test::hostile_text))
            .with_native(std::string(test::hostile_text))
            .with_hint(std::string(test::hostile_text))
    );
    obstructed.noise = test::hostile_text;
    auto healthy = test::healthy_host(2);
    healthy.target.name = test::hostile_text;
    healthy.target.address = test::hostile_text;
    auto skipped = test::mixed_fleet()[8];
    skipped.reason = test::hostile_text;
    const auto page = test::render("html", {test::hostile_host(0), obstructed, healthy, skipped});
    CHECK(occurrences(page, "<script") == 1); // our own
    CHECK(has(page, "&lt;script&gt;alert(1)&lt;/script&gt;\\x1B[2J&quot;&#39;&amp;\\u{202E}\\xFF"));
    CHECK_FALSE(has(page, "\x1b"));
    CHECK_FALSE(has(page, "\xE2\x80\xAE"));
    CHECK_FALSE(has(page, "\xC2\x9B"));
    CHECK(to_valid_utf8(page) == page);
}

TEST_CASE("html report: completeness stands before any finding", "[report]") {
    const auto page = test::render("html", test::mixed_fleet());
    const auto complete = page.find("id=complete");
    const auto warnings = page.find("id=warnings");
    const auto causes = page.find("<h2 id=causes");
    const auto obstacles = page.find("id=not-assessed");
    REQUIRE(complete != page.npos);
    CHECK(complete < warnings);
    CHECK(warnings < causes);
    CHECK(causes < obstacles);
    CHECK(has(page, "2 hosts cannot take RDP connections"));
}

TEST_CASE("html report: a cause opens to groups, hosts, evidence and attempts", "[report]") {
    const auto page = test::render("html", test::mixed_fleet());
    const auto cause =
        between(page, "<details class=cause open id=cause-machine_keys", "class=cause");
    CHECK(has(cause, "The private key of RDP cannot be used"));
    CHECK(has(cause, "<span class=n>2</span>"));
    CHECK(has(cause, "<b>sql-00001</b>"));
    CHECK(has(cause, "<b>sql-00002</b>"));
    CHECK(has(cause, "build 17763"));
    CHECK(has(cause, "<td>/keys/files/0/sddl<td>O:SYG:SYD:PAI(A;;0x120089;;;SY)"));
    CHECK(has(cause, "article step 2.3"));
    CHECK(has(cause, "winrm: worked, 1.1 s, as CORP\\svc-rdpsweep"));
    CHECK(has(cause, "dns 3 ms · tcp 12 ms · tls 38 ms"));
    CHECK(has(cause, "rdpsweep explain KEY.ACL"));
}

TEST_CASE("html report: every host is somewhere on the page", "[report]") {
    auto fleet = test::mixed_fleet();
    const auto page = test::render("html", fleet);
    for (const auto& host : fleet) {
        INFO(host.target.name);
        CHECK(has(page, host.target.name));
    }
    CHECK(has(page, "<td>TLS.LEGACY")); // hygiene of a healthy host
}

TEST_CASE("html report: a host whose group is missing from the report is not lost", "[report]") {
    std::string page;
    auto reporter = test::format_named("html").make(
        [&page](std::string_view bytes) {
            page += bytes;
            return Status();
        },
        test::fixture_catalogue(),
        {}
    );
    test::Hosts hosts(test::mixed_fleet());
    auto report = test::report_of(hosts);
    report.groups.clear();
    REQUIRE(reporter->on_finish(report, hosts));
    CHECK(has(page, "<b>sql-00001</b>"));
    CHECK(has(page, "Hosts without a group"));
}

TEST_CASE("html report: details are bounded and say what they leave out", "[report]") {
    auto host = test::broken_key_host(0);
    host.findings[1].evidence.assign(20, {"/keys/x", std::string(10'000, 'A'), "y"});
    for (int i = 0; i < 100; ++i)
        host.findings.push_back(host.findings[1]);
    for (int i = 0; i < 100; ++i)
        host.attempts.push_back(host.attempts[0]);
    const auto page = test::render("html", {host});
    CHECK(page.size() < 60'000);
    CHECK(has(page, "and 14 more pieces of evidence"));
    CHECK(has(page, "and 94 more findings"));
    CHECK(has(page, "and 95 more attempts"));
}

TEST_CASE("html report: an escape is never cut in half", "[report]") {
    CHECK(html::escaped("ab", 2).str() == "ab");
    CHECK(html::escaped("abc", 2).str() == "ab…");
    CHECK(html::escaped("a€b", 2).str() == "a…");
    CHECK(html::escaped("a€b", 4).str() == "a€…");
    CHECK(html::escaped("<<<", 2).str() == "&lt;&lt;…");
}

TEST_CASE("os build: read from the facts without building them", "[report]") {
    CHECK(os_build(R"({"schema":"facts/1","os":{"ubr":1,"build":17763}})") == 17763);
    CHECK(os_build(R"({"x":{"build":1},"l":[{"os":{"build":2}}],"os":{"y":{"build":3}}})") == 0);
    CHECK(os_build(R"({"os":{"build":99999999999}})") == 0);
    CHECK(os_build(R"({"os":{"build":"17763"}})") == 0);
    CHECK(os_build("{\"os\":") == 0);
    CHECK(os_build("") == 0);
    CHECK(os_build(std::string(100'000, '[')) == 0);
}
