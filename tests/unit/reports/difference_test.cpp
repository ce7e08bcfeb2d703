// Two runs added up: every host once, what the changed ones share, and the groups of both.
#include "reports/changes/difference_builder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"
#include "tests/unit/reports/changes_fixture.hpp"

#include <random>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

class KnownPast : public OlderRuns {
public:
    explicit KnownPast(std::vector<OlderLook> hosts = {}) : hosts_(std::move(hosts)) {}

    Status look(
        const std::vector<std::string>& ids, const std::function<void(const OlderLook&)>& visit
    ) override {
        asked = ids;
        for (const auto& host : hosts_)
            visit(host);
        return {};
    }

    std::vector<std::string> asked;

private:
    std::vector<OlderLook> hosts_;
};

class LostPast : public OlderRuns {
public:
    Status
    look(const std::vector<std::string>&, const std::function<void(const OlderLook&)>&) override {
        return Error(Phase::config, Errc::local_limit, "cannot read it");
    }
};

Difference between(
    const std::vector<HostResult>& before, const std::vector<HostResult>& after, OlderRuns& past
) {
    // Both were judged by the same rules, whatever they found.
    std::vector<std::string> rules;
    for (const auto& host : after) {
        for (const auto& finding : host.findings)
            rules.emplace_back(finding.rule);
    }
    DifferenceBuilder builder(run_named("A"), run_named("B"), {}, rules);
    for (const auto& host : before)
        builder.add_before(host);
    for (const auto& host : after)
        builder.add_after(host);
    return *std::move(builder).finish(past);
}

Difference between(const std::vector<HostResult>& before, const std::vector<HostResult>& after) {
    KnownPast none;
    return between(before, after, none);
}

} // namespace

TEST_CASE("difference: every host of either run is counted once", "[changes]") {
    const auto difference = between(
        {named(healthy_host(0), 0, "a"),
         named(broken_key_host(1), 1, "b"),
         named(healthy_host(2), 2, "c"),
         silent(3, "d"),
         named(broken_key_host(4), 4, "e")},
        {named(broken_key_host(0), 0, "new"),
         named(broken_key_host(1), 1, "a"),
         silent(2, "c"),
         silent(3, "d"),
         named(broken_key_host(4), 4, "e")}
    );
    CHECK(difference.balanced());
    CHECK(difference.of(HostWord::joined) == 1);
    CHECK(difference.of(HostWord::left) == 1);
    CHECK(difference.of(HostWord::worse) == 1);
    CHECK(difference.of(HostWord::became_unassessable) == 1);
    CHECK(difference.of(HostWord::still_unassessable) == 1);
    CHECK(difference.of(HostWord::same) == 1);
    CHECK(difference.with_news == 1);
    CHECK(difference.first_bad == 1);
    CHECK(difference.at(4) == nullptr); // the same
    REQUIRE(difference.at(1) != nullptr);
    CHECK(difference.at(1)->word == HostWord::worse);
    REQUIRE(difference.at(2) != nullptr);
    CHECK(difference.at(2)->rung == "tls");
    CHECK(difference.at(3)->since == "A");
    CHECK(difference.changed.back().name == "b"); // which left
    REQUIRE(!difference.groups.empty());
    CHECK(difference.groups.front().word == FindingWord::fresh);
    CHECK(difference.groups.front().hosts.names == std::vector<std::string>{"a"});
    CHECK(!difference.groups.front().now.key.empty());
}

TEST_CASE("difference: sums that do not add up are noticed", "[changes]") {
    auto difference = between({healthy_host(0)}, {healthy_host(0)});
    CHECK(difference.balanced());
    auto lost = difference;
    ++lost.hosts_both;
    CHECK(!lost.balanced());
    ++difference.trouble_before;
    CHECK(!difference.balanced());
}

TEST_CASE("difference: a host that stands twice in a run is taken once", "[changes]") {
    const auto twice = named(healthy_host(1), 1, "a");
    const auto host = named(healthy_host(0), 0, "a");
    const auto joined = named(healthy_host(2), 2, "j");
    const auto again = named(healthy_host(3), 3, "j");
    const auto difference = between({host, twice}, {host, twice, joined, again});
    CHECK(difference.balanced());
    CHECK(difference.repeated == 3);
    CHECK(difference.hosts.size() == 2);
    CHECK(difference.of(HostWord::same) == 1);
    CHECK(difference.of(HostWord::joined) == 1);
}

TEST_CASE("difference: a host that is back is compared with when it was last seen", "[changes]") {
    auto well = named(broken_key_host(0), 0, "a"); // judged by the same rules, and nothing found
    well.verdict = Verdict::ok;
    for (auto& finding : well.findings)
        finding.verdict = Verdict::ok;
    KnownPast past(
        {{"a", well, "run-3", "run-4", {}},
         {"b", named(broken_key_host(1), 1, "b"), "run-2", "run-3", {}},
         {"nobody", named(healthy_host(2), 2, "nobody"), "run-1", "", {}}}
    );
    const auto difference = between(
        {silent(0, "a"), silent(1, "b"), silent(2, "c"), named(healthy_host(3), 3, "d")},
        {named(broken_key_host(0), 0, "a"),
         silent(1, "b"),
         named(broken_key_host(2), 2, "c"),
         named(healthy_host(3), 3, "d")},
        past
    );
    CHECK(past.asked == std::vector<std::string>{"a", "b", "c"});
    CHECK(difference.balanced());
    CHECK(difference.of(HostWord::reassessable) == 2);
    CHECK(difference.of(FindingWord::fresh) == 2);            // of a: its key and its handshake
    CHECK(difference.of(FindingWord::unverified_since) == 2); // of b
    CHECK(difference.at(0)->since == "run-3");
    CHECK(difference.at(1)->since == "run-3");
    CHECK(difference.at(2)->since.empty());
    CHECK(difference.first_bad == 1); // c was never seen
}

TEST_CASE(
    "difference: a rule that the last look at a host did not have is no new fault", "[changes]"
) {
    auto well = named(healthy_host(0), 0, "a");
    const auto back = [&](std::vector<std::string> rules) {
        KnownPast past({{"a", well, "run-3", "", std::move(rules)}});
        return between({silent(0, "a")}, {named(broken_key_host(0), 0, "a")}, past);
    };
    const auto knew_one = back({"KEY.ACL"});
    CHECK(knew_one.of(FindingWord::fresh) == 1);
    CHECK(knew_one.of(FindingWord::judged_first) == 1); // HANDSHAKE
    CHECK(back({"KEY.ACL", "HANDSHAKE"}).of(FindingWord::fresh) == 2);
    CHECK(back({}).of(FindingWord::judged_first) == 2);
}

TEST_CASE("difference: what a run lacks that lost records says nothing", "[changes]") {
    for (const bool lost : {false, true}) {
        DifferenceBuilder builder(run_named("A"), run_named("B"), {});
        builder.add_before(named(healthy_host(0), 0, "a"));
        if (lost) builder.lost_some_before();
        builder.add_after(named(healthy_host(1), 1, "b"));
        if (lost) builder.lost_some_after();
        KnownPast none;
        const auto difference = std::move(builder).finish(none);
        REQUIRE(difference);
        CHECK(difference->of(HostWord::not_compared) == (lost ? 2 : 0));
        CHECK(difference->of(HostWord::joined) == (lost ? 0 : 1));
        CHECK(difference->of(HostWord::left) == (lost ? 0 : 1));
    }
}

TEST_CASE("difference: what cannot be read of the past is no result", "[changes]") {
    LostPast past;
    DifferenceBuilder builder(run_named("A"), run_named("B"), {});
    builder.add_before(silent(0, "a"));
    builder.add_after(healthy_host(1));
    builder.add_after(silent(0, "a"));
    CHECK(!std::move(builder).finish(past));
}

TEST_CASE(
    "difference: a certificate that was renewed is a change, a new pid is none", "[changes]"
) {
    auto before = expiring_host(0, 20);
    auto after = expiring_host(0, 21);
    CHECK(between({before}, {after}).of(HostWord::changed) == 1);
    for (auto* host : {&before, &after})
        host->findings[0].evidence = {{"/listener/sockets/0/pid", "", "pid 1 (TermService)"}};
    before.findings[0].evidence[0].observed = "pid 7";
    after.findings[0].evidence[0].observed = "pid 8";
    CHECK(between({before}, {after}).of(HostWord::same) == 1);
}

TEST_CASE("difference: another machine GUID is another Windows", "[changes]") {
    const auto with_guid = [](HostResult host, const std::string& guid) {
        host.facts_json = R"({"os":{"build":1,"machine_guid":")" + guid + R"("}})";
        return host;
    };
    const std::string one = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
    const std::string upper = "6F9619FF-8B86-D011-B42D-00C04FC964FF";
    const std::string other = "7f9619ff-8b86-d011-b42d-00c04fc964ff";
    auto fixed_name = [&](HostResult host) { return named(std::move(host), 0, "vm"); };
    const auto rebuilt = between(
        {fixed_name(with_guid(healthy_host(0), one))},
        {fixed_name(with_guid(broken_key_host(0), other))}
    );
    CHECK(rebuilt.of(HostWord::rebuilt) == 1);
    CHECK(rebuilt.first_bad == 1);
    CHECK(rebuilt.findings.empty());
    for (const auto& same : {upper, std::string(), std::string("too short")}) {
        const auto worse = between(
            {fixed_name(with_guid(healthy_host(0), one))},
            {fixed_name(with_guid(broken_key_host(0), same))}
        );
        INFO(same);
        CHECK(worse.of(HostWord::worse) == 1);
    }
}

TEST_CASE("difference: what changed hosts share is said with numbers", "[changes]") {
    std::vector<HostResult> before;
    std::vector<HostResult> after;
    for (std::size_t i = 0; i < 100; ++i) {
        const bool bad = i < 12;
        auto host = named(healthy_host(i), i, "vm" + std::to_string(i));
        host.target.tags = {
            {"location", i < 40 ? "westeurope" : "northeurope"},
            {"resource_group", bad ? "rg-7" : "rg-" + std::to_string(i % 5)},
            {"env", "prod"},
            {"owner", "person-" + std::to_string(i)}};
        before.push_back(host);
        if (bad) {
            const auto tags = host.target.tags;
            host = named(broken_key_host(i), i, host.target.name);
            host.target.tags = tags;
        }
        after.push_back(host);
    }
    const auto difference = between(before, after);
    CHECK(difference.with_news == 12);
    const auto shares = difference.shares.of(Shares::Affected::by_news);
    REQUIRE(shares.size() == 2);
    CHECK(shares[0].trait == "resource_group=rg-7");
    CHECK(shares[0].count == 12);
    CHECK(shares[0].of == 12);
    CHECK(shares[0].fleet == 12);
    CHECK(shares[0].fleet_of == 100);
    CHECK(shares[1].trait == "location=westeurope");
    CHECK(shares[1].fleet == 40);
    CHECK(difference.shares.of(Shares::Affected::by_silence).empty());
}

TEST_CASE("difference: groups of trouble know how many of them there were before", "[changes]") {
    const auto difference = between(
        {named(broken_key_host(0), 0, "a"),
         named(broken_key_host(1), 1, "b"),
         named(expiring_host(2, 3), 2, "c"),
         named(unknown_host(3), 3, "d")},
        {named(broken_key_host(0), 0, "a"),
         named(healthy_host(1), 1, "b"),
         named(healthy_host(2), 2, "c"),
         silent(3, "d")}
    );
    const auto key = difference.kinds.at(key_of(broken_key_host(0)));
    CHECK(key.before == 2);
    CHECK(key.after == 1);
    CHECK(key.both == 1);
    CHECK(key.unverified == 0);
    const auto expired = difference.kinds.at(key_of(expiring_host(0, 3)));
    CHECK(expired.after == 0);
    CHECK(expired.unverified == 0);
    CHECK(expired.summary.key == "TEST.expires");
    CHECK(difference.kinds.at(key_of(unknown_host(0))).unverified == 1);
}

TEST_CASE("difference: random nights balance, whatever is absent from them", "[changes]") {
    std::mt19937 random(7);
    const auto host = [&random](std::size_t index) {
        switch (random() % 5) {
        case 0:
            return named(broken_key_host(index), index, "vm" + std::to_string(index));
        case 1:
            return named(expiring_host(index, 3), index, "vm" + std::to_string(index));
        case 2:
            return silent(index, "vm" + std::to_string(index));
        case 3:
            return named(unknown_host(index), index, "vm" + std::to_string(index));
        default:
            return named(healthy_host(index), index, "vm" + std::to_string(index));
        }
    };
    for (int night = 0; night < 50; ++night) {
        std::vector<HostResult> runs[2];
        std::vector<OlderLook> past;
        for (std::size_t i = 0; i < 30; ++i) {
            for (auto& run : runs) {
                if (random() % 6 != 0) run.push_back(host(i));
            }
            auto older = host(i);
            if (older.outcome == Outcome::assessed)
                past.push_back({older.target.id, older, "old", "later", {}});
        }
        KnownPast known(past);
        const auto difference = between(runs[0], runs[1], known);
        CHECK(difference.balanced());
        CHECK(difference.hosts_before == runs[0].size());
        CHECK(difference.hosts_after == runs[1].size());
    }
}
