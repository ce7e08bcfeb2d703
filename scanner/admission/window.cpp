// Judges a round of hosts by its timeouts, and halves or widens the window.
#include "scanner/admission/window.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr std::size_t least_sample = 16;
constexpr std::size_t lowest = 4; // nmap's floor: below it a sweep does not end
constexpr int most_trials = 2;
constexpr double cured = 0.75;

} // namespace

Window::Window(std::size_t most) noexcept
    : most_(most), floor_(std::min(most, std::max(lowest, most / 16))), size_(most) {}

Window::Start Window::set_out() noexcept {
    const bool first = began_ < first_sample;
    if (first) ++began_;
    return {epoch_, first};
}

// What says nothing of the network counts as answered: there is no second chance to learn.
void Window::learn(Traffic traffic) noexcept {
    if (traffic == Traffic::crowded) ++timeouts_;
    if (++first_ended_ < first_sample) return;
    usual_ = static_cast<double>(timeouts_) / static_cast<double>(first_sample);
    timeouts_ = 0;
}

bool Window::ended(Start start, Traffic traffic) noexcept {
    if (first_ended_ < first_sample) {
        if (start.among_first) learn(traffic);
        return false;
    }
    if (traffic == Traffic::foreign || start.epoch != epoch_) return false;
    ++hosts_;
    if (traffic == Traffic::crowded) ++timeouts_;
    if (hosts_ < std::max(least_sample, size_ / 4)) return false;
    const auto share = static_cast<double>(timeouts_) / static_cast<double>(hosts_);
    hosts_ = 0;
    timeouts_ = 0;
    return judge(share);
}

bool Window::judge(double share) noexcept {
    const bool helped = share < share_before_ * cured;
    if (helped) trials_ = 0;
    // What is usual may get less at any time; it gets more only by trial.
    usual_ = std::min(usual_, share);
    if (share - usual_ > decrease_above) {
        if (trials_ == most_trials || (trials_ > 0 && size_ == floor_)) {
            trials_ = 0;
            usual_ = share;
            return resize(size_before_);
        }
        if (size_ == floor_) return false;
        halve(share);
        return true;
    }
    if (trials_ > 0) trials_ = 0;
    if (share - usual_ < increase_below) {
        return resize(std::min(most_, size_ + std::max<std::size_t>(1, most_ / 16)));
    }
    return false;
}

void Window::halve(double share) noexcept {
    if (trials_++ == 0) {
        share_before_ = share;
        size_before_ = size_;
    }
    ++halvings_;
    resize(std::max(floor_, size_ / 2));
}

bool Window::resize(std::size_t size) noexcept {
    if (size == size_) return false;
    // A host that set out under the old size says nothing about the new one. A wider window is no
    // news to judge by: its hosts may be judged together with the earlier ones.
    if (size < size_ || trials_ > 0) ++epoch_;
    size_ = size;
    hosts_ = 0;
    timeouts_ = 0;
    return true;
}

} // namespace rdpsweep
