#include "scanner/fix/batches.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace rdpsweep {

namespace {

std::optional<BatchSize> parse_size(std::string_view text) {
    BatchSize size;
    size.percent = text.ends_with('%');
    if (size.percent) text.remove_suffix(1);
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, size.number);
    if (error != std::errc{} || stop != end || size.number == 0) return {};
    if (size.percent && size.number > 100) return {};
    return size;
}

std::size_t hosts_of(const BatchSize& size, std::size_t plan) {
    if (!size.percent) return size.number;
    return std::max<std::size_t>(1, plan * size.number / 100);
}

// The first hosts of each stratum.
std::vector<std::size_t>
canary_of(const std::vector<std::string>& strata, std::size_t of_each, std::vector<bool>& taken) {
    std::map<std::string_view, std::size_t> seen;
    std::vector<std::size_t> canary;
    for (std::size_t i = 0; i < strata.size(); ++i) {
        if (seen[strata[i]]++ >= of_each) continue;
        canary.push_back(i);
        taken[i] = true;
    }
    return canary;
}

} // namespace

std::optional<std::vector<BatchSize>> parse_batches(std::string_view text) {
    std::vector<BatchSize> schedule;
    for (const auto& part : split(text, ',')) {
        const auto size = parse_size(trim(part));
        if (!size) return {};
        schedule.push_back(*size);
    }
    if (schedule.empty()) return {};
    return schedule;
}

std::vector<std::vector<std::size_t>>
part_into_batches(const std::vector<std::string>& strata, const std::vector<BatchSize>& schedule) {
    std::vector<std::vector<std::size_t>> batches;
    if (strata.empty() || schedule.empty()) return batches;
    std::vector<bool> taken(strata.size(), false);
    batches.push_back(canary_of(strata, hosts_of(schedule.front(), strata.size()), taken));
    std::vector<std::size_t> batch;
    for (std::size_t i = 0; i < strata.size(); ++i) {
        if (taken[i]) continue;
        batch.push_back(i);
        const auto& size = schedule[std::min(batches.size(), schedule.size() - 1)];
        if (batch.size() < hosts_of(size, strata.size())) continue;
        batches.push_back(std::move(batch));
        batch.clear();
    }
    if (!batch.empty()) batches.push_back(std::move(batch));
    return batches;
}

void StopRules::begin_batch(std::size_t number, std::size_t size) {
    batch_ = number;
    batch_size_ = size;
    batch_bad_ = 0;
    batch_drifted_ = 0;
}

void StopRules::ended(HostEnd end) noexcept {
    if (end == HostEnd::good || end == HostEnd::drifted) {
        in_a_row_ = 0;
        if (end == HostEnd::drifted) ++batch_drifted_;
        return;
    }
    ++batch_bad_;
    ++bad_;
    ++in_a_row_;
    if (end == HostEnd::rollback_failed) ++rollbacks_failed_;
}

std::optional<std::string_view> StopRules::reason() const noexcept {
    constexpr std::size_t tolerated = 10; // one host in so many of a batch
    constexpr std::size_t most_bad = 3, most_in_a_row = 3, percent = 2;
    if (rollbacks_failed_ > 0) return "fix.stop.rollback";
    if (batch_ == 0 && batch_bad_ > 0) return "fix.stop.canary";
    if (batch_bad_ > batch_size_ / tolerated) return "fix.stop.batch";
    if (in_a_row_ >= most_in_a_row) return "fix.stop.in_a_row";
    // Rounded up: 2 % of 151 started are 4.
    const auto share = (started_ * percent + 99) / 100;
    if (bad_ >= std::max(most_bad, share)) return "fix.stop.total";
    constexpr std::size_t most_drifted = 3, a_fifth = 5;
    if (batch_drifted_ >= most_drifted && batch_drifted_ * a_fifth > batch_size_) {
        return "fix.stop.drift";
    }
    return {};
}

} // namespace rdpsweep
