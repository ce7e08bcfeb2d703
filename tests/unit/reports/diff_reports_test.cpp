// The formats of `diff`: what each says of a difference, in few lines, and text of hosts as text.
#include "core/text.hpp"
#include "reports/changes/diff_reports.hpp"
#include "reports/changes/difference_builder.hpp"
#include "reports/changes/wording.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"
#include "tests/unit/reports/changes_fixture.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

Difference between(const std::vector<HostResult>& before, const std::vector<HostResult>& after) {
    const std::vector<std::string> rules{"PORT.OWNER", "TLS.PROTO", "KEY.ACL", "HANDSHAKE"};
    DifferenceBuilder builder(run_named("run-a"), run_named("run-b"), {}, rules);
    for (const auto& host : before)
        builder.add_before(host);
    for (const auto& host : after)
        builder.add_after(host);
    NoOlder none;
    auto difference = std::move(builder).finish(none);
    REQUIRE(difference);
    difference->equal_scope = difference->complete_before = difference->complete_after = true;
    return *std::move(difference);
}

// Of ten hosts: one worse, one better, one became silent, one joined, one left, six the same.
Difference small() {
    std::vector<HostResult> before;
    std::vector<HostResult> after;
    for (std::size_t i = 0; i < 6; ++i) {
        before.push_back(named(healthy_host(i), i, "same-" + std::to_string(i)));
        after.push_back(before.back());
    }
    before.push_back(named(healthy_host(6), 6, "worse-1"));
    after.push_back(named(broken_key_host(6), 6, "worse-1"));
    before.push_back(named(broken_key_host(7), 7, "better-1"));
    auto cured = named(broken_key_host(7), 7, "better-1");
    cured.verdict = Verdict::ok;
    for (auto& finding : cured.findings)
        finding.verdict = Verdict::ok;
    after.push_back(std::move(cured));
    before.push_back(named(healthy_host(8), 8, "lost-1"));
    after.push_back(silent(8, "lost-1"));
    before.push_back(named(healthy_host(9), 9, "left-1"));
    after.push_back(named(healthy_host(9), 9, "joined-1"));
    return between(before, after);
}

std::string told(
    std::string_view format,
    const Difference& difference,
    const Catalogue& messages = Catalogue::english()
) {
    std::string text;
    const auto sink = [&text](std::string_view bytes) {
        text += bytes;
        return Status();
    };
    for (const auto& known : all_diff_reports()) {
        if (known.name != format) continue;
        const auto report = known.make(sink, messages, {});
        report->on_baseline(difference);
        Hosts none(std::vector<HostResult>{});
        REQUIRE(report->on_finish({}, none));
    }
    return text;
}

std::size_t lines_of(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

} // namespace

TEST_CASE("diff reports: the screen has the words, the sum and the names", "[changes]") {
    const auto text = told("text", small());
    INFO(text);
    CHECK_THAT(text, Catch::StartsWith("rdpsweep diff  run-a → run-b\n"));
    CHECK_THAT(text, Catch::Contains("1 host with new findings since run run-a (2026-11-23T03:00"));
    CHECK_THAT(
        text,
        Catch::Contains("11 hosts = 1 worse + 1 became unassessable + 1 joined + 1 left + 1 better"
                        " + 6 same")
    );
    CHECK_THAT(text, Catch::Contains("became unassessable at tls: timed_out  lost-1"));
    CHECK_THAT(text, Catch::Contains("new  KEY.ACL"));
    CHECK_THAT(text, Catch::Contains("fixed  KEY.ACL"));
    CHECK_THAT(text, Catch::Contains("rdpsweep diff run-a run-b --format json -o diff.json"));
    CHECK_THAT(text, Catch::Contains("rdpsweep scan --rerun run-b:unassessed"));
    CHECK_THAT(text, Catch::Contains("rdpsweep explain KEY.ACL"));
}

TEST_CASE("diff reports: the screen stays short, whatever changed", "[changes]") {
    std::vector<HostResult> before;
    std::vector<HostResult> after;
    for (std::size_t i = 0; i < 3'000; ++i) {
        const auto name = "vm-" + std::to_string(i);
        before.push_back(named(i % 3 == 0 ? healthy_host(i) : generated_host(i), i, name));
        auto host = named(i % 7 == 0 ? silent(i, name) : varied_host(i), i, name);
        // A rule for each host, as no release of ours has.
        for (auto& finding : host.findings)
            finding.rule += std::to_string(i);
        after.push_back(std::move(host));
    }
    const auto difference = between(before, after);
    CHECK(difference.balanced());
    CHECK(lines_of(told("text", difference)) <= 48);
    CHECK(told("markdown", difference).size() <= 60'000);
    CHECK_THAT(
        told("text", difference), Catch::Contains("more kinds of change: see --format json")
    );
}

TEST_CASE("diff reports: JSON has each changed host once, and sums that hold", "[changes]") {
    const auto json = nlohmann::json::parse(told("json", small()));
    CHECK(json.at("schema") == "rdpsweep.diff/1");
    CHECK(json.at("before").at("id") == "run-a");
    CHECK(json.at("after").at("id") == "run-b");
    const auto& summary = json.at("summary");
    std::size_t sum = 0;
    for (const auto& [word, count] : summary.at("hosts").items())
        sum += count.get<std::size_t>();
    CHECK(sum == 11);
    CHECK(summary.at("hosts").size() == all_host_words().size());
    CHECK(summary.at("findings").size() == all_finding_words().size());
    CHECK(summary.at("balanced") == true);
    CHECK(json.at("changed").size() == sum - summary.at("hosts").at("same").get<std::size_t>());
    const auto& worse = json.at("changed").at(0);
    CHECK(worse.at("name") == "worse-1");
    CHECK(worse.at("word") == "worse");
    CHECK(worse.at("verdict") == "broken");
    std::map<std::string, std::string> words;
    for (const auto& finding : worse.at("findings"))
        words[finding.at("rule")] = finding.at("word");
    CHECK(words.at("KEY.ACL") == "new");
    CHECK(words.at("HANDSHAKE") == "new");
    CHECK(json.at("groups").at(0).at("word") == "new");
}

TEST_CASE("diff reports: text of hosts stays text in each format", "[changes]") {
    // One finding of its key, whose rule is hostile as well.
    const auto with_one = [](HostResult host) {
        host.findings.erase(host.findings.begin());
        host.findings.resize(1);
        return host;
    };
    const auto ill = with_one(hostile_host(0));
    auto well = ill;
    well.findings[0].verdict = Verdict::ok;
    auto other = with_one(hostile_host(1));
    other.target.id = "other";
    auto lost = obstructed_host(
        2, Outcome::unreachable, Error(Phase::tls, Errc::peer_closed, std::string(hostile_text))
    );
    lost.target.name = lost.target.id = hostile_text;
    const auto difference =
        between({well, named(healthy_host(2), 2, lost.target.id)}, {ill, other, lost});
    REQUIRE(difference.of(FindingWord::fresh) == 1);
    for (const auto& format : all_diff_reports()) {
        const auto text = told(format.name, difference);
        INFO(format.name << "\n" << text);
        CHECK_THAT(text, Catch::Contains("alert(1)"));
        CHECK(text.find('\x1b') == text.npos);
        CHECK(text.find("\xE2\x80\xAE") == text.npos);
        CHECK(text.find("\xC2\x9B") == text.npos);
        CHECK(to_valid_utf8(text) == text);
        // In Markdown names and rules stand in code spans, which end at no text of theirs.
        if (format.name == "html") CHECK(text.find("<script") == text.npos);
    }
    // What a stored run calls a rule is no command.
    CHECK(told("text", difference).find("rdpsweep explain") == std::string::npos);
}

TEST_CASE("diff reports: what makes a comparison say less is said", "[changes]") {
    auto difference = small();
    difference.equal_scope = false;
    CHECK_THAT(told("text", difference), Catch::Contains("not known to be about the same targets"));
    difference.equal_scope = true;
    difference.complete_after = false;
    for (const auto* format : {"text", "markdown", "html"})
        CHECK_THAT(told(format, difference), Catch::Contains("is not whole"));
    difference.repeated = 2;
    CHECK_THAT(told("text", difference), Catch::Contains("2 records of a host"));
    ++difference.hosts_both;
    for (const auto* format : {"text", "markdown", "html"})
        CHECK_THAT(told(format, difference), Catch::Contains("do not add up"));
    CHECK(nlohmann::json::parse(told("json", difference)).at("summary").at("balanced") == false);
}

TEST_CASE("diff reports: every word has a sentence, in each language", "[changes]") {
    for (const auto language : built_in_languages()) {
        const auto& messages = Catalogue::built_in(language);
        std::set<std::string> said;
        for (const auto each : all_host_words())
            CHECK(said.insert(word(messages, each)).second);
        for (const auto each : all_finding_words())
            said.insert(word(messages, each));
        for (const auto& text : said)
            CHECK(text.front() != '[');
    }
    CHECK_THAT(
        told("html", small(), Catalogue::built_in("zh-TW")), Catch::Contains("變為無法評估")
    );
}

TEST_CASE("diff reports: nothing but a full disk is an error", "[changes]") {
    const auto full = [](std::string_view) {
        return Status(Error(Phase::config, Errc::local_limit, "No space left on device"));
    };
    const auto difference = small();
    for (const auto& format : all_diff_reports()) {
        INFO(format.name);
        const auto report = format.make(full, Catalogue::english(), {});
        report->on_baseline(difference);
        Hosts none(std::vector<HostResult>{});
        CHECK_FALSE(report->on_finish({}, none));
    }
}
