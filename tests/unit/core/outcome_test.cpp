#include "core/facts.hpp"
#include "core/fd_limit.hpp"
#include "core/outcome.hpp"
#include "tests/support/catch.hpp"

#include <set>

using namespace rdpsweep;

TEST_CASE("Totals: balanced only when every target ended exactly once", "[outcome]") {
    Totals totals;
    totals.targets = 2;
    CHECK_FALSE(totals.balanced());
    HostResult host;
    host.outcome = Outcome::assessed;
    host.verdict = Verdict::broken;
    totals.count(host);
    host.outcome = Outcome::refused;
    totals.count(host);
    CHECK(totals.balanced());
    CHECK(totals.of(Verdict::broken) == 1);
    CHECK(totals.of(Outcome::refused) == 1);
    totals.count(host);
    CHECK_FALSE(totals.balanced());
}

TEST_CASE("names: every enumerator has one, and leads back", "[outcome]") {
    for (int i = 0; i <= static_cast<int>(Phase::internal); ++i) {
        const auto phase = static_cast<Phase>(i);
        auto back = Phase::config;
        REQUIRE(from_string(to_string(phase), back));
        CHECK(back == phase);
        CHECK_FALSE(rung(phase).empty());
    }
    for (int i = 1; i <= static_cast<int>(Errc::bug); ++i) {
        const auto code = static_cast<Errc>(i);
        auto back = Errc::bug;
        REQUIRE(from_string(to_string(code), back));
        CHECK(back == code);
    }
    for (int i = 0; i <= static_cast<int>(Cause::unexplained); ++i) {
        CHECK_FALSE(to_string(static_cast<Cause>(i)).empty());
    }
    Verdict verdict = Verdict::ok;
    CHECK_FALSE(from_string("fine", verdict));
}

TEST_CASE("names: the lists that reports walk hold every outcome and verdict once", "[outcome]") {
    const std::set<Outcome> outcomes(all_outcomes().begin(), all_outcomes().end());
    const std::set<Verdict> verdicts(all_verdicts().begin(), all_verdicts().end());
    CHECK(outcomes.size() == static_cast<std::size_t>(Outcome::not_attempted) + 1);
    CHECK(verdicts.size() == static_cast<std::size_t>(Verdict::broken) + 1);
    CHECK(all_outcomes().size() == outcomes.size());
    CHECK(all_verdicts().size() == verdicts.size());
    CHECK(all_verdicts().front() == Verdict::broken);
}

TEST_CASE("Error: what blames PowerShell leaves the host to other questions", "[outcome]") {
    for (const auto code : {Errc::nonzero_exit, Errc::malformed_output, Errc::blocked_by_policy})
        CHECK(Error(Phase::run, code, "").blames_powershell());
    for (const auto code : {Errc::peer_closed, Errc::access_denied, Errc::timed_out})
        CHECK_FALSE(Error(Phase::run, code, "").blames_powershell());
}

TEST_CASE("Error: refused credentials and untrusted hosts are never retried", "[outcome]") {
    CHECK_FALSE(Error(Phase::authenticate, Errc::access_denied, "").retryable());
    CHECK_FALSE(Error(Phase::tls, Errc::certificate_rejected, "").retryable());
    CHECK_FALSE(Error(Phase::authenticate, Errc::peer_closed, "").retryable());
    CHECK_FALSE(Error(Phase::run, Errc::peer_closed, "").retryable());
    CHECK(Error(Phase::connect, Errc::timed_out, "").retryable());
    CHECK(Error(Phase::open, Errc::throttled, "").retryable());
    CHECK(Error(Phase::open, Errc::throttled, "").pause().count() == 0);
    const auto paused = Error(Phase::tls, Errc::throttled, "").with_pause(std::chrono::seconds(15));
    CHECK(paused.pause() == std::chrono::seconds(15));
}

TEST_CASE(
    "Error: what is taken may come free, what is held back or missing does not", "[outcome]"
) {
    CHECK(Error(Phase::config, Errc::taken, "").retryable());
    CHECK_FALSE(Error(Phase::open, Errc::taken, "").retryable()); // of the host, for minutes
    CHECK_FALSE(Error(Phase::authenticate, Errc::held_back, "").retryable());
    CHECK_FALSE(Error(Phase::config, Errc::not_found, "").retryable());
}

TEST_CASE("Attempt: time is booked on the phase it was spent in", "[outcome]") {
    Attempt attempt;
    attempt.enter(Phase::resolve);
    attempt.enter(Phase::connect);
    attempt.enter(Phase::connect);
    attempt.enter(Phase::tls);
    attempt.enter(Phase::connect); // a reconnect
    attempt.leave();
    REQUIRE(attempt.rungs.size() == 3);
    CHECK(attempt.reached == Phase::connect);
    CHECK(attempt.rungs.back().first == Phase::connect);
}

TEST_CASE("Facts: an unread entry covers what lies below it, and nothing else", "[outcome]") {
    Facts facts;
    facts.unread.push_back({"/keys", "denied", "0x5"});
    CHECK(facts.why_unread("/keys/dir_sddl") != nullptr);
    CHECK(facts.why_unread("/keys") != nullptr);
    CHECK(facts.why_unread("/keyset") == nullptr);
    CHECK(facts.why_unread("/") == nullptr);
}

TEST_CASE("fd limit: the hosts in flight fit into the descriptors there are", "[outcome]") {
    const auto few = raise_fd_limit(1);
    CHECK(few.in_flight == 1);
    CHECK_FALSE(few.lowered);
    const auto many = raise_fd_limit(100'000'000);
    CHECK(many.lowered);
    CHECK(many.in_flight * 3 + 64 <= many.descriptors);
}
