// Which targets of a stored run are visited again.
#include "scanner/scope/rerun.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

using namespace rdpsweep;

namespace {

constexpr auto id = "20260101T000000Z-a";

HostResult
host(std::size_t index, Outcome outcome, Verdict verdict = Verdict::ok, Cause cause = Cause::none) {
    HostResult result;
    result.index = index;
    result.target.id = result.target.name = "vm-" + std::to_string(index);
    result.outcome = outcome;
    result.verdict = verdict;
    result.root_cause = cause;
    return result;
}

// vm-0 ok, vm-1 broken by rdp_port, vm-2 unreachable, vm-3 refused, vm-4 without a record.
std::string left(const std::string& text, std::size_t targets = 5) {
    const Scratch folder;
    RunInfo run;
    run.id = id;
    run.targets = 5;
    {
        auto store =
            RunStore::create(folder.path("state"), run, [](const Message& m) { return m.key; });
        REQUIRE(store);
        REQUIRE((*store)->finished(host(0, Outcome::assessed)));
        REQUIRE((*store)->finished(host(1, Outcome::assessed, Verdict::broken, Cause::rdp_port)));
        REQUIRE((*store)->finished(host(2, Outcome::unreachable)));
        REQUIRE((*store)->finished(host(3, Outcome::refused)));
    }
    Inventory inventory;
    for (std::size_t i = 0; i < targets; ++i)
        inventory.targets.push_back(host(i, Outcome::assessed).target);
    auto request = parse_rerun(text);
    REQUIRE(request);
    auto stored = StoredRun::open(folder.path("state"), request->run);
    REQUIRE(stored);
    REQUIRE(keep_rerun(inventory, *stored, request->what));
    std::string names;
    for (const auto& target : inventory.targets)
        names += target.name.substr(3);
    return names;
}

} // namespace

TEST_CASE("rerun: outcomes, verdicts and root causes", "[rerun]") {
    CHECK(left(id) == "234");
    CHECK(left("last:unassessed") == "234");
    CHECK(left("last:broken") == "1");
    CHECK(left("last:rdp_port") == "1");
    CHECK(left("last:ok,refused") == "03");
    CHECK(left("last:not_attempted") == "4");
    CHECK(left("last:assessed") == "01");
    CHECK(left("last:at_risk").empty());
    // Of another inventory than the run's, what has no record was not part of it.
    CHECK(left("last", 6) == "23");
}

TEST_CASE("rerun: a word that no host is", "[rerun]") {
    const auto wrong = parse_rerun("last:brokn");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().detail() == "--rerun: no host is ever \"brokn\"");
    CHECK(wrong.error().hint().find("broken") != std::string_view::npos);
    CHECK_FALSE(parse_rerun("last:"));
}

TEST_CASE("rerun: a run by its name, told from what a host can be", "[rerun]") {
    using What = std::set<std::string>;
    const auto read = [](const std::string& text) {
        auto request = parse_rerun(text);
        REQUIRE(request);
        CHECK(run_of_rerun(text) == request->run);
        return *request;
    };
    CHECK(read("last:prod-nightly").run == "last:prod-nightly");
    CHECK(read("last:prod-nightly").what == What{"unassessed"});
    CHECK(read("last:prod-nightly:broken,refused").run == "last:prod-nightly");
    CHECK(read("last:prod-nightly:broken,refused").what == What{"broken", "refused"});
    CHECK(read("last:brokn:broken").run == "last:brokn");
    CHECK(read("last:broken").run == "last");
    CHECK(read("20260101:broken").run == "20260101");
    CHECK_FALSE(parse_rerun("last:prod-nightly:"));
    CHECK_FALSE(parse_rerun("20260101:prod-nightly"));
    CHECK_FALSE(parse_rerun("last:broken,prod-nightly"));
}
