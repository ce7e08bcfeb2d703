// Keeps the stage of each host of the plan, and decides which may go on.
#include "scanner/fix/driver.hpp"

#include "core/text.hpp"
#include "scanner/fix/host_time.hpp"
#include "scanner/fix/status_text.hpp"

#include <algorithm>
#include <ctime>

namespace rdpsweep {

namespace {

bool is_among(const std::vector<std::size_t>& batch, std::size_t host) {
    return std::find(batch.begin(), batch.end(), host) != batch.end();
}

// Returns what an attempt that did not get in says.
std::string why_lost(const HostResult& result) {
    if (!result.attempts.empty() && result.attempts.back().error)
        return std::string(result.attempts.back().error->detail());
    return result.reason.empty() ? "it was not reached" : result.reason;
}

} // namespace

FixDriver::FixDriver(const Plan& plan, FixServices& services, Direction direction)
    : plan_(plan), services_(services), direction_(direction),
      known_(records_of(services.journal.entries(), plan.hosts.size())),
      past_(past_of(services.journal.entries(), plan.hosts.size())),
      controls_before_(past_.controls) {
    for (const auto& one : past_.ends)
        rules_.recall(one.end);
}

std::vector<std::size_t>
FixDriver::left_of(const std::vector<std::size_t>& batch, bool only_begun) const {
    std::vector<std::size_t> left;
    for (const auto position : batch) {
        const auto& known = known_[position];
        const bool begun = known.may_be_changed();
        const bool wanted =
            direction_ == Direction::undo ? begun : !is_end(known.stage) && (begun || !only_begun);
        if (wanted) left.push_back(position);
    }
    return left;
}

void FixDriver::begin_batch(std::size_t number, const std::vector<std::size_t>& hosts) {
    wanted_.clear();
    for (const auto position : hosts)
        wanted_.emplace(plan_.hosts[position].id, position);
    std::vector<HostEnd> so_far;
    for (const auto& one : past_.ends) {
        if (number < plan_.batches.size() && is_among(plan_.batches[number], one.host))
            so_far.push_back(one.end);
    }
    rules_.begin_batch(number < plan_.canaries, hosts.size() + so_far.size(), so_far);
}

bool FixDriver::wants(const Target& target) const {
    return wanted_.count(target.id) != 0;
}

HostFix& FixDriver::fix_of(std::size_t position) {
    auto& fix = fixes_[position];
    if (fix) return *fix;
    fix = std::make_unique<HostFix>(position, plan_.hosts[position], services_);
    fix->resume(known_[position]);
    if (direction_ == Direction::undo) fix->undo_instead();
    return *fix;
}

Task<Status> FixDriver::fix(
    const Target& target, Session& session, HostDeadline& deadline, const RecordScript& record
) {
    auto& one = fix_of(wanted_.at(target.id));
    co_return co_await one.run(session, target, deadline, record);
}

Status FixDriver::finished(const HostResult& result) {
    const auto position = wanted_.at(result.target.id);
    auto& one = fix_of(position);
    const bool at_end = is_end(one.stage()) &&
                        (direction_ == Direction::apply || one.stage() != FixStage::verified);
    // What was not even begun stays planned: going on comes back to it.
    const bool untouched =
        result.outcome == Outcome::not_attempted && !known_[position].may_be_changed();
    // It may know itself why it cannot be gone on with.
    const bool told = one.stage() == FixStage::unreachable && !one.why().empty();
    if (!at_end && !untouched && !told) {
        auto written = one.give_up(why_lost(result));
        if (!written) return written;
    }
    one.let_go();
    known_[position].stage = one.stage();
    known_[position].why = one.why();
    if (!untouched) rules_.ended(end_of(one.stage(), one.drifted()));
    if (!untouched) took_.push_back(result.took);
    if (services_.say_host)
        services_.say_host(line_of(plan_.hosts[position], one.stage(), one.why()));
    return {};
}

std::optional<std::string_view> FixDriver::stop_reason() const {
    // Undoing goes on whatever happens: every host that can be brought back is.
    if (direction_ == Direction::undo) return {};
    if (const auto reason = rules_.reason()) return reason;
    if (controls_fell()) return "fix.stop.control";
    const auto order = services_.state_dir.empty()
                           ? FixOrder::none
                           : order_of(services_.state_dir, services_.plan_id);
    if (order == FixOrder::abort) return "fix.stop.abort";
    if (order == FixOrder::pause) return paused_by_order;
    if (services_.window == nullptr) return {};
    const auto left = open_now(*services_.window, std::time(nullptr));
    if (!left || *left < likely_host_time(took_, services_.soak)) return window_closed;
    return {};
}

Status FixDriver::take_controls(std::map<std::string, bool> answers) {
    has_looked_ = true;
    if (!controls_before_.empty()) {
        controls_now_ = std::move(answers);
        return {};
    }
    JournalEntry entry;
    entry.host = no_host;
    entry.of_plan = PlanWord{{}, answers};
    controls_before_ = std::move(answers);
    return services_.journal.append(std::move(entry));
}

// Those that left the inventory since are not counted.
bool FixDriver::controls_fell() const {
    std::vector<bool> before, now;
    for (const auto& [id, answers] : controls_now_) {
        const auto was = controls_before_.find(id);
        if (was == controls_before_.end()) continue;
        before.push_back(was->second);
        now.push_back(answers);
    }
    return fell(before, now);
}

std::size_t FixDriver::count(FixStage stage) const {
    std::size_t count = 0;
    for (const auto& known : known_) {
        if (known.stage == stage) ++count;
    }
    return count;
}

} // namespace rdpsweep
