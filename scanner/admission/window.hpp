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
// VMs that are switched off time out as well, and no window helps against them: when two halvings
// in a row do not lower the share of timeouts by a quarter, the window is given back and that share
// is usual from then on.
class Window {
public:
    static constexpr double decrease_above = 0.20;
    static constexpr double increase_below = 0.05;

    explicit Window(std::size_t most) noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    [[nodiscard]] std::size_t most() const noexcept { return most_; }

    // Returns how often it was halved.
    [[nodiscard]] std::size_t halvings() const noexcept { return halvings_; }

    // Returns what ended() has to be given for each host that sets out now.
    [[nodiscard]] std::uint32_t epoch() const noexcept { return epoch_; }

    // Judges a host that ended; true when size() changed.
    bool ended(std::uint32_t epoch, Traffic traffic) noexcept;

private:
    bool judge(double share) noexcept;
    void halve(double share) noexcept;
    bool resize(std::size_t size) noexcept;

    std::size_t most_;
    std::size_t floor_;
    std::size_t size_;
    std::size_t halvings_ = 0;
    std::uint32_t epoch_ = 0;
    std::size_t hosts_ = 0; // of the sample
    std::size_t timeouts_ = 0;
    double usual_ = 0;        // share of timeouts that no window helps against
    int trials_ = 0;          // halvings since size_before_
    double share_before_ = 0; // what led to the first of them
    std::size_t size_before_ = 0;
};

} // namespace rdpsweep
