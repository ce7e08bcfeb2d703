// When a credential may be shown to another host.
#include "scanner/admission/breaker.hpp"
#include "tests/support/catch.hpp"

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

TEST_CASE("breaker: the first hosts go alone, all of them after one was let in", "[breaker]") {
    Breaker breaker;
    CHECK(breaker.width() == 3);
    CHECK(begin_all(breaker) == 3);
    breaker.accepted();
    CHECK(begin_all(breaker) == 100);
    CHECK(breaker.width() > 100'000);
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
    breaker.accepted();
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

TEST_CASE(
    "breaker: a success in between forgives, and a later refusal narrows again", "[breaker]"
) {
    Breaker breaker;
    begin_all(breaker, 3);
    breaker.refused(0);
    breaker.refused(1);
    breaker.accepted();
    CHECK(breaker.refusals().empty());
    begin_all(breaker, 1);
    breaker.refused(7);
    CHECK_FALSE(breaker.stopped());
    CHECK(begin_all(breaker) == 2);   // the password was changed in the middle of the run, perhaps
    CHECK(breaker.width() > 100'000); // others may connect meanwhile
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

TEST_CASE("breaker: hosts that say no before others have said yes do not stop a good credential") {
    Breaker breaker;
    breaker.begin();
    breaker.accepted();
    for (int i = 0; i < 10; ++i) {
        REQUIRE(breaker.may_begin());
        breaker.begin();
    }
    for (std::size_t host = 0; host < 4; ++host)
        breaker.refused(host);
    CHECK_FALSE(breaker.stopped());   // six may still say yes
    CHECK_FALSE(breaker.may_begin()); // but nobody new is asked
    SECTION("one does") {
        breaker.accepted();
        CHECK(breaker.may_begin());
        CHECK(breaker.refusals().empty());
    }
    SECTION("none does") {
        for (std::size_t host = 4; host < 9; ++host)
            breaker.refused(host);
        CHECK_FALSE(breaker.stopped());
        breaker.undecided();
        CHECK(breaker.stopped());
        CHECK_FALSE(breaker.may_begin());
    }
}
