// The look at RDP from outside: beside a route, as a route, and where nothing was seen.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/engine/sweep_rig.hpp"

using namespace rdpsweep;
using namespace rdpsweep::sweep_test;
using namespace std::chrono_literals;

TEST_CASE(
    "sweep: the look from outside is taken though the route does not name it", "[sweep][outside]"
) {
    Rig rig;
    FakeSource source;
    rig.services.outside = &source;
    rig.services.always_look_outside = true;
    rig.add("fine", 3);
    rig.add("closed", 1);
    rig.targets[1].tags["dark"] = "";
    rig.targets[2].rdp_outside = false;
    rig.targets[3].tags["reset"] = "";
    REQUIRE(rig.run({}));
    CHECK(source.looks == 3);
    CHECK(rig.totals.of(Outcome::assessed) == 3);
    for (const auto& host : rig.results) {
        INFO(host.target.name);
        const bool seen = host.facts_json.find("outside") != std::string::npos;
        CHECK(seen == (host.target.name == "fine-0"));
        if (host.target.name != "closed-0") continue;
        // Not let in: what was seen from outside is told, and it is no verdict.
        CHECK(host.outcome == Outcome::unreachable);
        CHECK(host.findings.empty());
        REQUIRE(host.attempts.front().transport == "rdp");
        REQUIRE(host.attempts.front().notes.size() == 1);
        CHECK(host.attempts.front().notes[0].key == "OUT.RDP.tls_dropped");
        CHECK(host.attempts.back().transport == "fake");
    }
}

TEST_CASE("sweep: a route that names the look from outside is assessed by it", "[sweep][outside]") {
    Rig rig;
    FakeSource source;
    rig.services.outside = &source;
    rig.add("closed", 2);
    rig.add("dark", 1);
    for (auto& target : rig.targets)
        target.credential.clear();
    rig.targets[0].route = {"rdp"};
    rig.targets[1].route = {"fake", "rdp"};
    rig.targets[1].credential = "c";
    rig.targets[2].route = {"rdp"};
    rig.targets[2].tags["dark"] = "";
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::assessed) == 2);
    CHECK(rig.totals.of(Outcome::unreachable) == 1);
    for (const auto& host : rig.results) {
        if (host.outcome != Outcome::assessed) continue;
        CHECK(host.findings.size() == outside_rules().size());
        for (const auto& finding : host.findings) {
            if (finding.rule == "OUT.RDP") CHECK(finding.verdict == Verdict::ok);
        }
    }
}

TEST_CASE("sweep: a target without an address is not looked at from outside", "[sweep][outside]") {
    Rig rig;
    FakeSource source;
    rig.services.outside = &source;
    rig.services.always_look_outside = true;
    rig.add("closed", 1);
    rig.add("fine", 1);
    for (auto& target : rig.targets) {
        target.vm =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v";
        target.address.clear();
    }
    REQUIRE(rig.run({}));
    CHECK(source.looks == 0);
    for (const auto& host : rig.results) {
        for (const auto& attempt : host.attempts)
            CHECK(attempt.transport == "fake");
    }
}
