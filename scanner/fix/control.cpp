// Chooses the controls and counts those that have stopped answering.
#include "scanner/fix/control.hpp"

#include "core/run_until.hpp"
#include "core/spawn.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr std::chrono::seconds patience{10};

struct Looks {
    FactSource& outside;
    asio::io_context& lane;
    std::vector<char> answers; // not of bits: each has its own byte
    std::size_t left;
};

Task<void> look_at(Looks& looks, const Target& target, std::size_t at) {
    HostDeadline deadline(looks.lane.get_executor(), Clock::now() + patience);
    Attempt attempt;
    const auto seen = co_await looks.outside.collect(target, deadline, attempt);
    looks.answers[at] = seen && seen->completed() ? 1 : 0;
    --looks.left;
}

} // namespace

std::vector<Target> controls_among(const std::vector<Target>& targets, const std::string& seed) {
    std::vector<std::pair<std::string, const Target*>> order;
    for (const auto& target : targets) {
        if (!target.skip.empty() || !target.rdp_outside || target.address.empty()) continue;
        order.emplace_back(sha256_hex(seed + "\n" + target.id), &target);
    }
    std::sort(order.begin(), order.end());
    order.resize(std::min(order.size(), most_controls));
    std::vector<Target> controls;
    for (const auto& [chance, target] : order)
        controls.push_back(*target);
    return controls;
}

std::vector<bool> see_who_answers(
    FactSource& outside,
    const std::vector<Target>& controls,
    const std::vector<bool>& before,
    asio::io_context& lane
) {
    Looks looks{outside, lane, std::vector<char>(controls.size(), 0), 0};
    for (std::size_t i = 0; i < controls.size(); ++i) {
        if (i < before.size() && !before[i]) continue;
        ++looks.left;
        spawn(lane.get_executor(), look_at(looks, controls[i], i));
    }
    lane.restart();
    // Others may wait on the lane for much longer, such as for a signal.
    // What did not answer by then did not.
    (void)run_until(lane, [&looks] { return looks.left == 0; });
    return {looks.answers.begin(), looks.answers.end()};
}

bool fell(const std::vector<bool>& before, const std::vector<bool>& now) noexcept {
    if (before.empty() || before.size() != now.size()) return false;
    const auto count = [](const std::vector<bool>& all) {
        return static_cast<std::size_t>(std::count(all.begin(), all.end(), true));
    };
    constexpr std::size_t tenth = 10;
    const auto was = count(before), is = count(now);
    return is < was && (was - is) * tenth > before.size();
}

} // namespace rdpsweep
