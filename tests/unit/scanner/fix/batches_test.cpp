// How hosts are parted into batches, and each rule by which a plan stops, at its edge.
#include "scanner/fix/batches.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <random>
#include <set>

using namespace rdpsweep;

namespace {

std::vector<std::size_t> sizes(std::size_t hosts, std::string_view schedule) {
    const auto batches =
        part_into_batches(std::vector<BatchHost>(hosts, {"same", {}}), *parse_batches(schedule));
    std::vector<std::size_t> sizes;
    for (const auto& batch : batches.all)
        sizes.push_back(batch.size());
    return sizes;
}

// The reason after so many good and bad ends in one batch of that size.
std::string reason(std::size_t batch, std::size_t size, const std::vector<HostEnd>& ends) {
    StopRules rules;
    rules.begin_batch(batch == 0, size);
    for (const auto end : ends) {
        rules.started();
        rules.ended(end);
    }
    return std::string(rules.reason().value_or(""));
}

constexpr auto good = HostEnd::good;
constexpr auto bad = HostEnd::bad;

} // namespace

TEST_CASE("batches: the usual schedule", "[fix]") {
    CHECK(sizes(0, usual_batches).empty());
    CHECK(sizes(1, usual_batches) == std::vector<std::size_t>{1});
    CHECK(sizes(5, usual_batches) == std::vector<std::size_t>{1, 3, 1});
    CHECK(sizes(200, usual_batches) == std::vector<std::size_t>{1, 3, 10, 20, 50, 116});
    // Percentages are of the plan, rounded down, and never less than one host.
    CHECK(sizes(7, "1,10%") == std::vector<std::size_t>{1, 1, 1, 1, 1, 1, 1});
    CHECK(sizes(10, "2,3") == std::vector<std::size_t>{2, 3, 3, 2});
}

TEST_CASE("batches: the canary has a host of each stratum", "[fix]") {
    std::vector<BatchHost> hosts;
    for (const auto* stratum : {"a", "a", "b", "a", "c", "b"})
        hosts.push_back({stratum, {}});
    const auto batches = part_into_batches(hosts, *parse_batches("1,100%"));
    REQUIRE(batches.all.size() == 2);
    CHECK(batches.canaries == 1);
    CHECK(batches.all[0] == std::vector<std::size_t>{0, 2, 4});
    CHECK(batches.all[1] == std::vector<std::size_t>{1, 3, 5});
}

TEST_CASE("batches: two of an availability set are never in one", "[fix]") {
    const std::vector<BatchHost> hosts{
        {"a", {"set 1"}},
        {"a", {"set 1"}},
        {"b", {"set 1"}},
        {"a", {"set 2", "pool"}},
        {"a", {"pool"}}};
    const auto batches = part_into_batches(hosts, *parse_batches("1,100%"));
    // b fits into no canary beside a: it has one of its own.
    CHECK(batches.canaries == 2);
    CHECK(batches.all == std::vector<std::vector<std::size_t>>{{0}, {2}, {1, 3}, {4}});
}

TEST_CASE("batches: every host stands in exactly one, whatever the plan", "[fix]") {
    std::mt19937 random(7);
    for (int turn = 0; turn < 2'000; ++turn) {
        std::vector<BatchHost> hosts(random() % 300);
        for (auto& host : hosts) {
            host.stratum = std::to_string(random() % 5);
            for (auto kin = random() % 3; kin > 0; --kin)
                host.kin.push_back(std::to_string(random() % 40));
        }
        std::vector<BatchSize> schedule(1 + random() % 4);
        for (auto& size : schedule)
            size = {1 + random() % 100, random() % 2 == 0};
        std::vector<std::size_t> all;
        for (const auto& batch : part_into_batches(hosts, schedule).all) {
            std::multiset<std::string> kin;
            for (const auto at : batch) {
                const std::set<std::string> own(hosts[at].kin.begin(), hosts[at].kin.end());
                kin.insert(own.begin(), own.end());
            }
            for (const auto& one : kin)
                CHECK(kin.count(one) == 1);
            CHECK_FALSE(batch.empty());
            CHECK(std::is_sorted(batch.begin(), batch.end()));
            all.insert(all.end(), batch.begin(), batch.end());
        }
        std::sort(all.begin(), all.end());
        CHECK(all.size() == hosts.size());
        CHECK(std::unique(all.begin(), all.end()) == all.end());
    }
}

TEST_CASE("batches: what is no schedule", "[fix]") {
    for (const auto* text : {"", "0", "1,", "a", "-1", "101%", "0%", "1;3", "1.5", "%"})
        CHECK_FALSE(parse_batches(text));
    CHECK(parse_batches(" 1 , 50% ") == std::vector<BatchSize>{{1, false}, {50, true}});
}

TEST_CASE("stop rules: the canary tolerates nothing, a rollback that failed nobody", "[fix]") {
    CHECK(reason(0, 5, {good, good}) == "");
    CHECK(reason(0, 5, {good, bad}) == "fix.stop.canary");
    CHECK(reason(3, 100, {good, HostEnd::rollback_failed}) == "fix.stop.rollback");
}

TEST_CASE("stop rules: a tenth of a batch, rounded down", "[fix]") {
    CHECK(reason(1, 9, {bad}) == "fix.stop.batch");
    CHECK(reason(1, 10, {bad}) == "");
    CHECK(reason(1, 19, {bad, good, bad}) == "fix.stop.batch");
    CHECK(reason(1, 20, {bad, good, bad}) == "");
}

// The rules as peers of ours would write them down, over the whole list each time.
TEST_CASE("stop rules: as a slower model has them, host by host", "[fix]") {
    std::mt19937 random(5);
    for (int turn = 0; turn < 2'000; ++turn) {
        const auto every = 1 + random() % 60; // one bad host in so many, on average
        const std::size_t size = 1 + random() % 200;
        StopRules rules;
        rules.begin_batch(false, size);
        std::vector<bool> all;
        while (all.size() < size) {
            const bool is_bad = random() % every == 0;
            all.push_back(is_bad);
            rules.started();
            rules.ended(is_bad ? bad : good);
            const auto wrong = static_cast<std::size_t>(std::count(all.begin(), all.end(), true));
            const bool tenth = wrong > size / 10;
            const bool three = all.size() >= 3 && all[all.size() - 1] && all[all.size() - 2] &&
                               all[all.size() - 3];
            const auto share = (all.size() * 2 + 99) / 100;
            const bool total = wrong >= std::max<std::size_t>(3, share);
            REQUIRE(rules.reason().has_value() == (tenth || three || total));
            if (rules.reason()) break;
        }
    }
}

TEST_CASE("stop rules: three in a row, and two in a hundred of those started", "[fix]") {
    CHECK(reason(1, 100, {bad, bad}) == "");
    CHECK(reason(1, 100, {bad, bad, bad}) == "fix.stop.in_a_row");
    CHECK(reason(1, 100, {bad, good, bad, good, bad}) == "fix.stop.total");
    // From 151 started on it takes more than three.
    std::vector<HostEnd> ends(151, good);
    ends[10] = ends[50] = ends[90] = bad;
    CHECK(reason(1, 151, ends) == "");
    ends[120] = bad;
    CHECK(reason(1, 151, ends) == "fix.stop.total");
}
