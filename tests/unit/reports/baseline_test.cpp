// Reports that know another run: what each says of a host's change, and nothing without one.
#include "reports/changes/difference_builder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"
#include "tests/unit/reports/changes_fixture.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <sstream>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

const std::vector<HostResult>& now() {
    static const std::vector<HostResult> hosts{
        named(healthy_host(0), 0, "same-1"),
        named(broken_key_host(1), 1, "worse-1"),
        silent(2, "lost-1"),
        named(broken_key_host(3), 3, "joined-1")};
    return hosts;
}

// The one that went silent expired, and so did the one that left.
Difference changes() {
    const std::vector<std::string> rules{"PORT.OWNER", "TLS.PROTO", "KEY.ACL", "HANDSHAKE"};
    RunInfo before;
    before.id = "run-a";
    RunInfo after;
    after.id = "run-b";
    DifferenceBuilder builder(before, after, {}, rules);
    builder.add_before(named(healthy_host(0), 0, "same-1"));
    builder.add_before(named(healthy_host(1), 1, "worse-1"));
    builder.add_before(named(expiring_host(2, 3), 2, "lost-1"));
    builder.add_before(named(unknown_host(3), 3, "left-1"));
    for (const auto& host : now())
        builder.add_after(host);
    NoOlder none;
    auto difference = std::move(builder).finish(none);
    REQUIRE(difference);
    REQUIRE(difference->balanced());
    difference->equal_scope = difference->complete_before = difference->complete_after = true;
    return *std::move(difference);
}

std::string with_baseline(std::string_view format, const Difference& difference) {
    std::string text;
    const auto sink = [&text](std::string_view bytes) {
        text += bytes;
        return Status();
    };
    ReportOptions options;
    options.in_order = true;
    const auto report = format_named(format).make(sink, Catalogue::english(), options);
    report->on_baseline(difference);
    Hosts hosts(now());
    REQUIRE(hosts.for_each([&](const HostResult& host) { report->on_host(host); }));
    REQUIRE(report->on_finish(report_of(hosts), hosts));
    return text;
}

} // namespace

TEST_CASE("baseline: the json report has the changes, and each host its word", "[changes]") {
    const auto json = nlohmann::json::parse(with_baseline("json", changes()));
    CHECK(json.at("baseline").at("id") == "run-a");
    CHECK(json.at("changes").at("hosts").at("worse") == 1);
    CHECK(json.at("changes").at("hosts").at("left") == 1);
    std::vector<std::string> words;
    for (const auto& host : json.at("hosts"))
        words.push_back(host.at("change").at("word"));
    CHECK(words == std::vector<std::string>{"same", "worse", "became_unassessable", "joined"});
    CHECK(json.at("hosts").at(1).at("change").at("findings").at(0).at("word") == "new");
}

TEST_CASE("baseline: the csv report has a column more", "[changes]") {
    std::istringstream lines(with_baseline("csv", changes()));
    std::string line;
    std::getline(lines, line);
    CHECK_THAT(line, Catch::EndsWith(",last_alive,change\r"));
    for (const auto* word : {"same", "worse", "became_unassessable", "joined"}) {
        REQUIRE(std::getline(lines, line));
        CHECK_THAT(line, Catch::EndsWith("," + std::string(word) + "\r"));
    }
}

TEST_CASE("baseline: the prometheus report has every word, in families that hold", "[changes]") {
    const auto text = with_baseline("prometheus", changes());
    for (const auto* sample :
         {"rdpsweep_hosts{change=\"worse\"} 1\n",
          "rdpsweep_hosts{change=\"became_unassessable\"} 1\n",
          "rdpsweep_hosts{change=\"rebuilt\"} 0\n",
          "rdpsweep_findings{state=\"new\"} 2\n",
          "rdpsweep_findings{state=\"fixed\"} 0\n"})
        CHECK_THAT(text, Catch::Contains(sample));
    // All samples of a name stand together.
    std::set<std::string> ended;
    std::string last;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#')) continue;
        const auto name = line.substr(0, line.find_first_of("{ "));
        if (name != last && !last.empty()) ended.insert(last);
        INFO(name);
        CHECK((!ended.contains(name) || name.starts_with("rdpsweep_host_seconds")));
        last = name;
    }
}

TEST_CASE("baseline: results of the sarif report say what became of them", "[changes]") {
    const auto json = nlohmann::json::parse(with_baseline("sarif", changes()));
    std::map<std::string, std::vector<std::string>> kinds;
    for (const auto& result : json.at("runs").at(0).at("results"))
        kinds[result.at("baselineState")].push_back(result.at("kind"));
    CHECK(kinds.at("new") == std::vector<std::string>{"fail"});       // the keys
    CHECK(kinds.at("unchanged") == std::vector<std::string>{"open"}); // nobody looked: not absent
    CHECK(kinds.at("absent") == std::vector<std::string>{"pass"});    // the one that left
}

TEST_CASE("baseline: a group of the sarif report that has other hosts is updated", "[changes]") {
    RunInfo run;
    run.id = "run-a";
    DifferenceBuilder builder(run, run, {});
    builder.add_before(named(broken_key_host(1), 1, "other"));
    for (const auto& host : now())
        builder.add_after(host);
    NoOlder none;
    const auto difference = std::move(builder).finish(none);
    REQUIRE(difference);
    const auto json = nlohmann::json::parse(with_baseline("sarif", *difference));
    CHECK(json.at("runs").at(0).at("results").at(0).at("baselineState") == "updated");
}

TEST_CASE("baseline: what people read begins with what is new", "[changes]") {
    for (const auto* format : {"text", "markdown", "html"}) {
        const auto text = with_baseline(format, changes());
        INFO(format << "\n" << text);
        const auto news = text.find("2 hosts with new findings") != text.npos
                              ? text.find("2 hosts with new findings")
                              : text.find("1 host with new findings");
        REQUIRE(news != text.npos);
        CHECK_THAT(text, Catch::Contains("became unassessable"));
    }
    CHECK_THAT(with_baseline("text", changes()), Catch::Contains("rdpsweep diff run-a run-b"));
    CHECK_THAT(
        with_baseline("html", changes()), Catch::Contains("<b class=change>became unassessable</b>")
    );
}

TEST_CASE("baseline: without one no report says a word of changes", "[changes]") {
    for (const auto& format : all_reports()) {
        const auto text = render(format.name, Hosts(now()), Catalogue::english());
        INFO(format.name);
        for (const auto* word :
             {"baselineState", "change=", "\"change\"", ",change", "class=change>"})
            CHECK(text.find(word) == text.npos);
    }
}
