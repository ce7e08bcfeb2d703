// Decides when one credential may be shown to another host, so that a wrong password does not lock
// its account on a whole fleet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

namespace rdpsweep {

// Pure: no clock, no waiting. Until a host has accepted the credential, and again after a host has
// refused it, no more logins run at once than refusals are left. `most` distinct hosts that refuse
// it, and none that accepts it in between, stop it for the rest of the run. A refusal is quicker
// than a welcome: as long as logins are under way that began before, none new begins, and they are
// waited for.
class Breaker {
public:
    // The fewest that tell a wrong password from one odd host.
    static constexpr std::size_t usual_refusals = 3;

    explicit Breaker(std::size_t most = usual_refusals) noexcept : most_(most) {}

    // Tells whether another login may begin now.
    [[nodiscard]] bool may_begin() const noexcept;

    void begin() noexcept { ++under_way_; }

    // Says how the login of a host went. Each of the three ends one begin().
    void accepted() noexcept;
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

    // Returns the distinct hosts that refused it since the last one accepted it.
    [[nodiscard]] const std::set<std::size_t>& refusals() const noexcept { return refusals_; }

private:
    void settle() noexcept;

    std::size_t most_;
    std::size_t under_way_ = 0;
    std::size_t fruitless_ = 0;
    std::set<std::size_t> refusals_;
    bool proven_ = false; // accepted, and not refused since
    bool ever_accepted_ = false;
    bool stopped_ = false;
};

} // namespace rdpsweep
