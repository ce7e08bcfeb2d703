// What a sweep does with a credential that hosts refuse, and with one nothing is known of yet.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/engine/sweep_rig.hpp"

using namespace rdpsweep;
using namespace rdpsweep::sweep_test;
using namespace std::chrono_literals;

TEST_CASE("sweep: a credential that three hosts refuse is shown to no other", "[sweep][breaker]") {
    for (const auto login : {Login::on_open, Login::on_use}) {
        Rig rig;
        rig.fake->when_ = login;
        rig.add(login == Login::on_open ? "denied" : "wrong", 1000);
        REQUIRE(rig.run({}));
        CHECK(rig.totals.balanced());
        CHECK(rig.totals.of(Outcome::refused) == 3);
        CHECK(rig.totals.of(Outcome::not_attempted) == 997);
        CHECK(rig.stopped == std::vector<std::string>{"c 3 997"});
        std::size_t said = 0;
        for (const auto& host : rig.results) {
            if (host.reason == "credential 'c' was refused by 3 hosts and stopped") ++said;
        }
        CHECK(said == 997);
        // Shown three times; where the login comes later, others may have been connected to.
        CHECK(rig.world.tries.size() <= 6);
        CHECK(rig.world.ran == 0);
    }
}

TEST_CASE("sweep: a host that waits to log on when the credential stops is held back", "[sweep]") {
    Rig rig;
    rig.services.retries = 0;
    rig.add("closed", 10); // each lets one more host come as far as the logon
    rig.add("denied", 50);
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::refused) == 3);
    // A closed host may be among those that wait for their turn when the credential stops.
    CHECK(rig.totals.of(Outcome::not_attempted) >= 47);
    CHECK(
        rig.totals.of(Outcome::not_attempted) + rig.totals.of(Outcome::unreachable) ==
        rig.targets.size() - 3
    );
    std::size_t held_back = 0;
    for (const auto& host : rig.results) {
        if (host.outcome != Outcome::not_attempted || host.attempts.empty()) continue;
        CHECK(host.attempts.back().error->code() == Errc::held_back);
        CHECK(host.reason == "credential 'c' was refused by 3 hosts and stopped");
        ++held_back;
    }
    CHECK(held_back > 0);
}

TEST_CASE("sweep: the limit of refusals is the inventory's", "[sweep][breaker]") {
    Rig rig;
    rig.add("denied", 50);
    SweepOptions options;
    options.admission.max_auth_failures = 1;
    REQUIRE(rig.run(options));
    CHECK(rig.totals.of(Outcome::refused) == 1);
    CHECK(rig.totals.of(Outcome::not_attempted) == 49);
}

TEST_CASE("sweep: a credential that works here and there goes on", "[sweep][breaker]") {
    Rig rig;
    for (int i = 0; i < 40; ++i) {
        rig.add("fine", 1);
        rig.targets.back().name = "fine-" + std::to_string(i);
        rig.add("denied", 1);
        rig.targets.back().name = "denied-" + std::to_string(i);
    }
    SweepOptions options;
    options.admission.jobs = 2;
    REQUIRE(rig.run(options));
    CHECK(rig.totals.of(Outcome::assessed) == 40);
    CHECK(rig.totals.of(Outcome::refused) == 40);
    CHECK(rig.stopped.empty());
}

TEST_CASE("sweep: one stopped credential does not stop the others", "[sweep][breaker]") {
    Rig rig;
    rig.add("denied", 30);
    rig.add("fine", 30);
    for (std::size_t i = 30; i < 60; ++i)
        rig.targets[i].credential = "d";
    auto specs = Rig::specs();
    specs.push_back(specs[0]);
    specs[1].name = "d";
    rig.credentials = CredentialStore(specs);
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::assessed) == 30);
    CHECK(rig.totals.of(Outcome::refused) == 3);
    CHECK(rig.totals.of(Outcome::not_attempted) == 27);
}

TEST_CASE("sweep: refusals count over all transports of a credential", "[sweep][breaker]") {
    Rig rig;
    rig.add("denied", 40);
    for (std::size_t i = 0; i < rig.targets.size(); ++i)
        rig.targets[i].route = {i % 2 == 0 ? "fake" : "other"};
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::refused) == 3);
}

TEST_CASE("sweep: the first hosts of a credential go alone", "[sweep][breaker]") {
    Rig rig;
    rig.add("fine", 200);
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::assessed) == 200);
    CHECK(rig.world.most_at_once_before_run <= 3);
    CHECK(rig.world.most_open > 3);
}
