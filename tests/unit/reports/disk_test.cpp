// A host that is known by its disk alone: no format says that it is well.
#include "core/outcome_json.hpp"
#include "reports/wording.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

constexpr auto nothing_found = "Nothing on the disk explains it; what runs was not seen.";
constexpr auto since = "read from its disk; last sign of life 2026-11-21T03:00:00Z, "
                       "last clean shutdown 2026-11-20T03:00:00Z";
constexpr auto of_totals = "1 host known by disk alone. 1 of them counted as ok: nothing on the "
                           "disk explains it, and what runs was not seen.";

std::string written(std::string_view format, std::vector<HostResult> hosts) {
    return render(format, Hosts(std::move(hosts)), Catalogue::built_in("en"));
}

HostResult answering_disk(std::size_t index) {
    auto host = disk_host(index);
    host.disk.answered = true;
    return host;
}

std::string say(const Message& message) {
    return Catalogue::built_in("en").say(message);
}

} // namespace

TEST_CASE("disk reports: totals count it under assessed, and apart", "[report]") {
    Totals totals;
    totals.targets = 3;
    totals.count(healthy_host(0));
    totals.count(disk_host(1));
    totals.count(answering_disk(2));
    CHECK(totals.balanced());
    CHECK(totals.of(Outcome::assessed) == 3);
    CHECK(totals.of(Verdict::ok) == 3);
    CHECK(totals.disk_alone() == 1);
    CHECK(totals.disk_alone(Verdict::ok) == 1);
    CHECK(totals.disk_alone(Verdict::broken) == 0);
    const auto json = to_json(totals);
    CHECK(json.at("disk_alone") == 1);
    CHECK(json.at("disk_alone_ok") == 1);
}

TEST_CASE("disk reports: the host's JSON says by what it is known, and back", "[report]") {
    const auto json = to_json(disk_host(4), say);
    CHECK(json.at("source") == "disk");
    CHECK(json.at("disk").at("last_alive") == "2026-11-21T03:00:00Z");
    CHECK(json.at("disk").at("stopped") == "2026-11-20T03:00:00Z");
    CHECK(json.at("disk").at("answered") == false);
    const auto back = host_from_json(json.dump());
    REQUIRE(back);
    CHECK(back->source == Source::disk);
    CHECK(back->disk.last_alive == run_start - 2 * 86'400);
    CHECK(back->disk.stopped == run_start - 3 * 86'400);
    CHECK(back->by_disk_alone());
    CHECK(to_json(*back, say) == json);
    const auto live = to_json(healthy_host(4), say);
    CHECK(live.at("source") == "vm");
    CHECK(live.at("disk").is_null());
    // A run that was stored before this was told.
    auto old = live;
    old.erase("source");
    old.erase("disk");
    REQUIRE(host_from_json(old.dump()));
    CHECK(host_from_json(old.dump())->source == Source::none);
    old["source"] = "elsewhere";
    CHECK_FALSE(host_from_json(old.dump()));
}

TEST_CASE("disk reports: text has a word and a mark of its own", "[report]") {
    const auto text = written("text", {disk_host(1)});
    INFO(text);
    CHECK(has(text, "○ dead-00001"));
    CHECK(has(text, "nothing found on its disk"));
    CHECK(has(text, nothing_found));
    CHECK(has(text, "last sign of life 2026-11-21T03:00:00Z"));
    CHECK(has(text, "○ 1 host known by disk alone. 1 of them counted as ok"));
    CHECK_FALSE(has(text, "RDP answers"));
    const auto live = written("text", {healthy_host(1)});
    CHECK(has(live, "✔ web-00001"));
    CHECK_FALSE(has(live, "disk"));
    const auto answers = written("text", {answering_disk(1)});
    CHECK(has(answers, "✔ dead-00001"));
    CHECK(has(answers, "RDP answers from outside, and nothing on the disk speaks against it."));
    CHECK_FALSE(has(answers, "known by disk alone"));
}

TEST_CASE("disk reports: CSV has the sentence, the source and the last sign of life", "[report]") {
    const auto text = written("csv", {disk_host(1), healthy_host(2)});
    INFO(text);
    CHECK(has(text, std::string("\"") + nothing_found + "\""));
    CHECK(has(text, ",disk,2026-11-21T03:00:00Z\r\n"));
    CHECK(has(text, ",vm,\r\n"));
}

TEST_CASE("disk reports: JUnit does not let it pass", "[report]") {
    const auto text = written("junit", {disk_host(1), healthy_host(2)});
    INFO(text);
    CHECK(has(text, std::string("<skipped type=\"ok\" message=\"") + nothing_found + "\"/>"));
    CHECK(has(text, "tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"1\""));
    CHECK(has(written("junit", {answering_disk(1)}), "skipped=\"0\""));
    auto broken = disk_host(3);
    broken.verdict = Verdict::broken;
    broken.root_cause = Cause::services;
    CHECK(has(written("junit", {broken}), since));
}

TEST_CASE("disk reports: Prometheus counts disks apart", "[report]") {
    const auto text = written("prometheus", {disk_host(1), healthy_host(2)});
    INFO(text);
    CHECK(has(text, "rdpsweep_hosts{verdict=\"ok\"} 2\n"));
    CHECK(has(text, "rdpsweep_disk_hosts{verdict=\"ok\"} 1\n"));
    CHECK(has(text, "rdpsweep_disk_hosts{verdict=\"broken\"} 0\n"));
    CHECK(has(text, "rdpsweep_host_seconds_count{transport=\"disk\"} 1\n"));
    CHECK(has(written("prometheus", {}), "rdpsweep_disk_hosts{verdict=\"ok\"} 0\n"));
}

TEST_CASE("disk reports: SARIF notes what its silence would hide", "[report]") {
    const auto text = written("sarif", {disk_host(1)});
    const auto run = nlohmann::json::parse(text).at("runs").at(0);
    CHECK(run.at("results").empty());
    const auto notes = run.at("invocations").at(0).at("toolExecutionNotifications");
    std::size_t told = 0;
    for (const auto& note : notes) {
        if (note.at("message").at("text") != of_totals) continue;
        CHECK(note.at("level") == "note");
        ++told;
    }
    CHECK(told == 1);
}

TEST_CASE("disk reports: Markdown and HTML say what an ok of theirs means", "[report]") {
    const auto markdown = written("markdown", {disk_host(1), healthy_host(2)});
    INFO(markdown);
    CHECK(has(markdown, "known by disk alone"));
    const auto html = written("html", {disk_host(1), healthy_host(2)});
    CHECK(has(html, of_totals));
    CHECK(has(html, std::string("nothing found on its disk: ") + nothing_found));
    CHECK(has(html, since));
    CHECK_FALSE(has(written("html", {healthy_host(2)}), "its disk"));
}

TEST_CASE("disk reports: JSON's groups keep it from the well ones", "[report]") {
    const auto json = nlohmann::json::parse(written("json", {disk_host(1), healthy_host(2)}));
    REQUIRE(json.at("groups").size() == 2);
    std::vector<std::string> summaries;
    for (const auto& group : json.at("groups"))
        summaries.push_back(group.at("message").at("key").get<std::string>());
    CHECK(std::count(summaries.begin(), summaries.end(), "judge.disk") == 1);
}

TEST_CASE("disk reports: when the disk does not tell", "[report]") {
    auto host = disk_host(1);
    host.disk = OnDisk{};
    const auto& words = Catalogue::built_in("en");
    CHECK(
        down_since(words, host) == "read from its disk; nothing there tells when Windows last ran"
    );
    host.disk.last_alive = run_start;
    CHECK(
        down_since(words, host) == "read from its disk; last sign of life 2026-11-23T03:00:00Z, "
                                   "last clean shutdown ?"
    );
    CHECK(down_since(words, healthy_host(1)).empty());
}
