// When a credential may be shown to another host.
#include "scanner/admission/breaker.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

using namespace rdpsweep;

namespace {

// Begins as many logins as may begin, at most `most`.
std::size_t begin_all(Breaker& breaker, std::size_t most = 100) {
    std::size_t begun = 0;
    while (begun < most && breaker.may_begin()) {
        breaker.begin();
        ++begun;
    }
    return begun;
}

} // namespace

TEST_CASE("breaker: the first hosts go alone, and each that lets one in makes room", "[breaker]") {
    Breaker breaker;
    CHECK(breaker.width() == 3);
    CHECK(begin_all(breaker) == 3);
    breaker.accepted(0);
    CHECK(begin_all(breaker) == 2); // its own place, and one more
    CHECK(breaker.width() > 100'000);
    std::size_t shown = 5;
    for (std::size_t host = 1; host < 60; ++host) {
        breaker.accepted(host);
        shown += begin_all(breaker);
    }
    CHECK(shown == 3 + 2 * 60); // doubled with each round of answers
}

TEST_CASE("breaker: a host that accepts twice makes room once", "[breaker]") {
    Breaker breaker;
    for (int i = 0; i < 5; ++i) {
        REQUIRE(breaker.may_begin());
        breaker.begin();
        breaker.accepted(7);
    }
    CHECK(begin_all(breaker) == 4);
}

TEST_CASE("breaker: three distinct hosts that refuse stop it for good", "[breaker]") {
    Breaker breaker;
    begin_all(breaker);
    breaker.refused(0);
    CHECK(breaker.width() == 2);
    CHECK_FALSE(breaker.may_begin()); // two under way and one refusal: a third refusal is possible
    breaker.refused(0);               // the same host once more
    CHECK_FALSE(breaker.stopped());
    breaker.refused(1);
    breaker.begin();
    breaker.refused(2);
    CHECK(breaker.stopped());
    CHECK(breaker.width() == 0);
    CHECK(breaker.refusals().size() == 3);
    // A late success of a login that was under way does not start it again: the operator does.
    breaker.begin();
    breaker.accepted(9);
    CHECK(breaker.stopped());
    CHECK_FALSE(breaker.may_begin());
}

TEST_CASE("breaker: no more logins run at once than refusals are left", "[breaker]") {
    // Whatever the order of events, a wrong password costs at most three bad logons.
    for (unsigned seed = 0; seed < 200; ++seed) {
        Breaker breaker;
        std::size_t shown = 0;
        std::size_t under_way = 0;
        auto dice = seed * 2654435761u + 1;
        for (int step = 0; step < 100; ++step) {
            dice = dice * 1664525u + 1013904223u;
            if (dice >> 31 && breaker.may_begin()) {
                breaker.begin();
                ++shown;
                ++under_way;
            } else if (under_way > 0) {
                breaker.refused(shown - under_way--);
            }
        }
        CHECK(shown == 3);
        CHECK(breaker.stopped());
    }
}

TEST_CASE("breaker: hosts that let anybody in do not buy the others' refusals", "[breaker]") {
    // The password is wrong; `open` hosts of 400 accept it all the same, wherever they come.
    for (const std::size_t open : {1u, 2u, 9u, 10u, 20u}) {
        for (unsigned seed = 0; seed < 50; ++seed) {
            Breaker breaker;
            std::mt19937 dice(seed);
            std::vector<std::size_t> hosts(400), under_way;
            std::iota(hosts.begin(), hosts.end(), 0);
            std::shuffle(hosts.begin(), hosts.end(), dice);
            std::size_t refusals = 0;
            while (!breaker.stopped()) {
                if (breaker.may_begin() && dice() % 2 == 0) {
                    breaker.begin();
                    under_way.push_back(hosts.back());
                    hosts.pop_back();
                } else if (!under_way.empty()) {
                    std::swap(under_way[dice() % under_way.size()], under_way.back());
                    const auto host = under_way.back();
                    under_way.pop_back();
                    if (host < open) {
                        breaker.accepted(host);
                    } else {
                        breaker.refused(host);
                        ++refusals;
                    }
                }
            }
            INFO(open << " " << seed);
            CHECK(refusals >= 3);
            CHECK(refusals <= 3 + open); // what was under way when the first one refused
        }
    }
}

TEST_CASE(
    "breaker: after a refusal hosts go one at a time, and wider as they accept", "[breaker]"
) {
    Breaker breaker;
    for (std::size_t host = 0; host < 20; ++host) {
        breaker.begin();
        breaker.accepted(host);
    }
    breaker.begin();
    breaker.refused(20);
    CHECK(begin_all(breaker) == 1);
    CHECK(breaker.width() > 100'000); // others may connect meanwhile
    breaker.accepted(21);
    CHECK(begin_all(breaker) == 2);
    breaker.accepted(22);
    CHECK(begin_all(breaker) == 2);
    breaker.refused(23);
    CHECK(begin_all(breaker) == 0); // two are under way still
    breaker.undecided();
    CHECK(begin_all(breaker) == 0);
    breaker.undecided();
    CHECK(begin_all(breaker) == 1);
}

TEST_CASE("breaker: refusals count whatever was accepted between", "[breaker]") {
    Breaker breaker;
    const auto answer = [&](std::size_t host, bool yes) {
        REQUIRE(breaker.may_begin());
        breaker.begin();
        yes ? breaker.accepted(host) : breaker.refused(host);
    };
    answer(0, false);
    answer(1, true);
    answer(2, false);
    answer(3, true);
    CHECK_FALSE(breaker.stopped());
    answer(4, false);
    CHECK(breaker.stopped());
    CHECK(breaker.refusals() == std::set<std::size_t>{0, 2, 4});
}

TEST_CASE("breaker: one refusal more for each ten hosts that accept", "[breaker]") {
    for (const std::size_t accepted : {9u, 10u, 19u, 20u}) {
        Breaker breaker;
        std::size_t host = 0;
        const auto accept = [&] {
            breaker.begin();
            breaker.accepted(host++);
        };
        while (host < accepted)
            accept();
        std::size_t refusals = 0;
        while (!breaker.stopped()) {
            breaker.begin();
            breaker.refused(1'000 + refusals++);
            // One that is known already: never three refusals in a row, and no new host either.
            if (!breaker.stopped() && refusals % 2 == 0) {
                breaker.begin();
                breaker.accepted(0);
            }
        }
        INFO(accepted);
        CHECK(refusals == 3 + accepted / 10);
    }
}

TEST_CASE("breaker: hosts beyond reach do not hold up the others", "[breaker]") {
    Breaker breaker;
    for (int i = 0; i < 3; ++i)
        breaker.fruitless();
    CHECK(breaker.width() == 6);
    CHECK(begin_all(breaker) == 3); // logins are still as few
    breaker.undecided();
    CHECK(begin_all(breaker) == 1);
}

TEST_CASE("breaker: hosts that say no before others have said yes are waited for", "[breaker]") {
    Breaker breaker;
    for (std::size_t host = 0; host < 30; ++host) {
        breaker.begin();
        breaker.accepted(host);
    }
    CHECK(begin_all(breaker, 10) == 10);
    for (std::size_t host = 100; host < 103; ++host)
        breaker.refused(host);
    CHECK_FALSE(breaker.stopped());   // seven may still say yes
    CHECK_FALSE(breaker.may_begin()); // but nobody new is asked
    SECTION("one does") {
        for (std::size_t host = 30; host < 37; ++host)
            breaker.accepted(host);
        CHECK(breaker.may_begin());
        CHECK(breaker.refusals().size() == 3);
    }
    SECTION("none does") {
        for (int i = 0; i < 6; ++i)
            breaker.undecided();
        CHECK_FALSE(breaker.stopped());
        breaker.undecided();
        CHECK(breaker.stopped());
        CHECK_FALSE(breaker.may_begin());
    }
}
