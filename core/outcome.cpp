// The names of outcomes, an attempt's clock, and the sums of a fleet.
#include "core/outcome.hpp"

#include "core/names.hpp"

#include <array>

namespace rdpsweep {

namespace {

constexpr Names<Outcome, 5> outcomes{{
    {Outcome::assessed, "assessed"},
    {Outcome::unreachable, "unreachable"},
    {Outcome::refused, "refused"},
    {Outcome::skipped, "skipped"},
    {Outcome::not_attempted, "not_attempted"},
}};

constexpr Names<Source, 4> sources{{
    {Source::none, ""},
    {Source::vm, "vm"},
    {Source::disk, "disk"},
    {Source::outside, "outside"},
}};

template <class Key>
std::size_t count_of(const std::map<Key, std::size_t>& counts, Key key) noexcept {
    const auto at = counts.find(key);
    return at == counts.end() ? 0 : at->second;
}

template <class Key>
std::size_t sum(const std::map<Key, std::size_t>& counts) noexcept {
    std::size_t total = 0;
    for (const auto& [key, count] : counts)
        total += count;
    return total;
}

constexpr std::array outcomes_shown{
    Outcome::assessed,
    Outcome::unreachable,
    Outcome::refused,
    Outcome::skipped,
    Outcome::not_attempted,
};

} // namespace

std::span<const Outcome> all_outcomes() noexcept {
    return outcomes_shown;
}

std::string_view to_string(Outcome outcome) noexcept {
    return name_of(outcomes, outcome);
}

bool from_string(std::string_view text, Outcome& outcome) noexcept {
    return value_of(outcomes, text, outcome);
}

std::string_view to_string(Source source) noexcept {
    return name_of(sources, source);
}

bool from_string(std::string_view text, Source& source) noexcept {
    return value_of(sources, text, source);
}

bool HostResult::by_disk_alone() const noexcept {
    return outcome == Outcome::assessed && source == Source::disk && !disk.answered;
}

std::string_view HostResult::meaning_of_ok() const noexcept {
    if (source != Source::disk) return "judge.ok";
    return disk.answered ? "judge.disk_answers" : "judge.disk";
}

void Attempt::enter(Phase phase) {
    if (phase == reached && !rungs.empty()) return;
    if (on_enter) on_enter(phase);
    const auto now = std::chrono::steady_clock::now();
    if (!rungs.empty()) {
        rungs.back().second +=
            std::chrono::duration_cast<std::chrono::milliseconds>(now - entered_);
    }
    entered_ = now;
    reached = phase;
    for (auto at = rungs.begin(); at != rungs.end(); ++at) {
        if (at->first != phase) continue;
        // A phase met again (a reconnect) goes on where it was; the last element is the open one.
        auto again = *at;
        rungs.erase(at);
        rungs.push_back(again);
        return;
    }
    rungs.emplace_back(phase, 0);
}

void Attempt::leave() {
    const auto now = std::chrono::steady_clock::now();
    const auto since = [now](auto then) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(now - then);
    };
    if (!rungs.empty()) rungs.back().second += since(entered_);
    entered_ = now;
    took = since(begun_);
    on_enter = nullptr;
    arrival = nullptr;
}

void Totals::count(const HostResult& result) {
    ++by_outcome[result.outcome];
    if (result.outcome == Outcome::assessed) ++by_verdict[result.verdict];
    if (result.by_disk_alone()) ++by_disk[result.verdict];
}

bool Totals::balanced() const noexcept {
    return sum(by_outcome) == targets && sum(by_verdict) == of(Outcome::assessed);
}

std::size_t Totals::of(Outcome outcome) const noexcept {
    return count_of(by_outcome, outcome);
}

std::size_t Totals::of(Verdict verdict) const noexcept {
    return count_of(by_verdict, verdict);
}

std::size_t Totals::disk_alone(Verdict verdict) const noexcept {
    return count_of(by_disk, verdict);
}

std::size_t Totals::disk_alone() const noexcept {
    return sum(by_disk);
}

} // namespace rdpsweep
