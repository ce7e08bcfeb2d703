// How many hosts may be in flight, learned from timeouts: additive increase, multiplicative
// decrease.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rdpsweep {

// What the end of a host says about the way to it.
enum class Traffic : std::uint8_t {
    clear,   // it answered, whatever it said
    crowded, // connecting or TLS timed out
    foreign, // our own machine, DNS, an interrupt: nothing about the network
};

// Pure: time is counted in hosts. Hosts are judged in samples, and only those that set out after
// the last change of the window. In a sample
//   - over `decrease_above` more timeouts than usual halve the window;
//   - under `increase_below` more than usual widen it by a sixteenth of the most;
//   - in between it stays.
// VMs that are switched off time out as well, and no window helps against them. What the first
// hosts of a sweep show is usual: few are in flight then. They are judged when the last of them has
// ended, as timeouts end late; until then nothing changes. Later, when two halvings in a row do not
// lower the share of timeouts by a quarter, the window is given back and that share is usual from
// then on.
class Window {
public:
    static constexpr double decrease_above = 0.20;
    static constexpr double increase_below = 0.05;

    // How many hosts show what is usual: enough that their share is within 0.1 of the fleet's in
    // two of three sweeps, few enough to be on their way before the ramp has got anywhere.
    static constexpr std::size_t first_sample = 32;

    // When a host set out.
    struct Start {
        std::uint32_t epoch = 0;
        bool among_first = false;
    };

    explicit Window(std::size_t most) noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    [[nodiscard]] std::size_t most() const noexcept { return most_; }

    // Returns how often it was halved.
    [[nodiscard]] std::size_t halvings() const noexcept { return halvings_; }

    // Counts how often hosts that set out earlier were forgotten.
    [[nodiscard]] std::uint32_t epoch() const noexcept { return epoch_; }

    // Takes note that a host sets out; returns what ended() has to be given for it.
    Start set_out() noexcept;

    // Judges a host that ended; true when size() changed.
    bool ended(Start start, Traffic traffic) noexcept;

private:
    void learn(Traffic traffic) noexcept;
    bool judge(double share) noexcept;
    void halve(double share) noexcept;
    bool resize(std::size_t size) noexcept;

    std::size_t most_;
    std::size_t floor_;
    std::size_t size_;
    std::size_t halvings_ = 0;
    std::uint32_t epoch_ = 0;
    std::size_t began_ = 0;       // of the first hosts
    std::size_t first_ended_ = 0; // of them
    std::size_t hosts_ = 0;       // of the sample
    std::size_t timeouts_ = 0;
    double usual_ = 0;        // share of timeouts that no window helps against
    int trials_ = 0;          // halvings since size_before_
    double share_before_ = 0; // what led to the first of them
    std::size_t size_before_ = 0;
};

} // namespace rdpsweep
