// Decides when one credential may be shown to another host, so that a wrong password does not lock
// its account on a whole fleet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

namespace rdpsweep {

// Pure: no clock, no waiting. A slow start: until a host has answered, no more logins run at once
// than refusals are left; each host that accepts the credential makes room for one more. After a
// refusal they go one at a time, and each host that accepts it then makes room for one more again.
// It stops for the rest of the run when `most` distinct hosts have refused it and none accepted it
// in between, or when `most` have refused it in all, and one more for each ten that accepted it:
// one host that lets anybody in must not forgive the others (docs/adr/0030). A refusal is quicker
// than a welcome: as long as logins are under way that began before, they are waited for.
class Breaker {
public:
    // The fewest that tell a wrong password from one odd host.
    static constexpr std::size_t usual_refusals = 3;

    // Hosts that accept a credential for one more that may refuse it: accounts of one name that
    // differ from VM to VM are fewer than these in a fleet worth sweeping.
    static constexpr std::size_t accepted_per_refusal = 10;

    explicit Breaker(std::size_t most = usual_refusals) noexcept : most_(most) {}

    // Tells whether another login may begin now.
    [[nodiscard]] bool may_begin() const noexcept;

    void begin() noexcept { ++under_way_; }

    // Says how the login of a host went. Each of the three ends one begin().
    void accepted(std::size_t host);
    void refused(std::size_t host);
    void undecided() noexcept; // it broke off before the host had said yes or no

    // Takes note that a host is done and has said neither yes nor no: most often it was not reached
    // at all.
    void fruitless() noexcept { ++fruitless_; }

    // Returns how many hosts should be on their way to a login: as many as may log in while nothing
    // is known, one more with each that led to nothing (hosts that are switched off must not hold
    // up the others), all of them once one was let in.
    [[nodiscard]] std::size_t width() const noexcept;

    [[nodiscard]] bool stopped() const noexcept { return stopped_; }

    // Returns the distinct hosts that accepted it.
    [[nodiscard]] const std::set<std::size_t>& welcomes() const noexcept { return accepted_; }

    // Returns the distinct hosts that refused it.
    [[nodiscard]] const std::set<std::size_t>& refusals() const noexcept { return refusals_; }

private:
    [[nodiscard]] std::size_t room() const noexcept;
    [[nodiscard]] bool spent() const noexcept;
    void settle() noexcept;

    std::size_t most_;
    std::size_t under_way_ = 0;
    std::size_t fruitless_ = 0;
    std::set<std::size_t> accepted_;
    std::set<std::size_t> refusals_;
    std::set<std::size_t> in_a_row_;  // refused it since a host last accepted it
    std::size_t accepted_in_row_ = 0; // hosts that accepted it since one last refused it
    bool stopped_ = false;
};

} // namespace rdpsweep
