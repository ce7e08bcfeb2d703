// Parses sizes of batches, parts the hosts, and counts failures against the rules for stopping.
#include "scanner/fix/batches.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

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

// Takes hosts one by one, and no two with kin in common into one batch.
class Parting {
public:
    explicit Parting(const std::vector<BatchHost>& hosts)
        : hosts_(hosts), taken_(hosts.size(), false), left_(hosts.size()) {}

    [[nodiscard]] bool anything_left() const noexcept { return left_ > 0; }

    // Hosts for which wanted says yes, in their order, as long as fewer than most.
    template <class Wanted>
    std::vector<std::size_t> batch(std::size_t most, Wanted wanted) {
        std::vector<std::size_t> batch;
        std::set<std::string_view> kin;
        for (std::size_t i = 0; i < hosts_.size() && batch.size() < most; ++i) {
            if (taken_[i] || !fits(hosts_[i], kin) || !wanted(hosts_[i])) continue;
            kin.insert(hosts_[i].kin.begin(), hosts_[i].kin.end());
            taken_[i] = true;
            --left_;
            batch.push_back(i);
        }
        return batch;
    }

private:
    static bool fits(const BatchHost& host, const std::set<std::string_view>& kin) {
        return std::none_of(host.kin.begin(), host.kin.end(), [&kin](const std::string& one) {
            return kin.count(one) != 0;
        });
    }

    const std::vector<BatchHost>& hosts_;
    std::vector<bool> taken_;
    std::size_t left_;
};

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

std::string batches_text(const std::vector<BatchSize>& schedule) {
    std::string text;
    for (const auto& size : schedule)
        text += (text.empty() ? "" : ",") + std::to_string(size.number) + (size.percent ? "%" : "");
    return text;
}

Batches
part_into_batches(const std::vector<BatchHost>& hosts, const std::vector<BatchSize>& schedule) {
    Batches batches;
    if (hosts.empty() || schedule.empty()) return batches;
    Parting parting(hosts);
    std::map<std::string_view, std::size_t> of_stratum;
    const auto of_each = hosts_of(schedule.front(), hosts.size());
    const auto for_canary = [&](const BatchHost& host) {
        auto& count = of_stratum[host.stratum];
        return count < of_each && ++count > 0;
    };
    for (;;) {
        auto canary = parting.batch(hosts.size(), for_canary);
        if (canary.empty()) break;
        batches.all.push_back(std::move(canary));
    }
    batches.canaries = batches.all.size();
    const auto any = [](const BatchHost&) { return true; };
    for (std::size_t step = 1; parting.anything_left(); ++step) {
        const auto& size = schedule[std::min(step, schedule.size() - 1)];
        batches.all.push_back(parting.batch(hosts_of(size, hosts.size()), any));
    }
    return batches;
}

void StopRules::begin_batch(bool canary, std::size_t size, const std::vector<HostEnd>& so_far) {
    canary_ = canary;
    batch_size_ = size;
    batch_bad_ = 0;
    batch_drifted_ = 0;
    for (const auto end : so_far)
        count_in_batch(end);
}

void StopRules::recall(HostEnd end) noexcept {
    ++started_;
    count(end);
}

void StopRules::ended(HostEnd end) noexcept {
    count(end);
    count_in_batch(end);
}

void StopRules::count(HostEnd end) noexcept {
    const bool bad = end == HostEnd::bad || end == HostEnd::rollback_failed;
    in_a_row_ = bad ? in_a_row_ + 1 : 0;
    if (bad) ++bad_;
    if (end == HostEnd::rollback_failed) ++rollbacks_failed_;
}

void StopRules::count_in_batch(HostEnd end) noexcept {
    if (end == HostEnd::bad || end == HostEnd::rollback_failed) ++batch_bad_;
    if (end == HostEnd::drifted) ++batch_drifted_;
}

std::optional<std::string_view> StopRules::reason() const noexcept {
    constexpr std::size_t tolerated = 10; // one host in so many of a batch
    constexpr std::size_t most_bad = 3, most_in_a_row = 3, percent = 2;
    if (rollbacks_failed_ > 0) return "fix.stop.rollback";
    if (canary_ && batch_bad_ > 0) return "fix.stop.canary";
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
