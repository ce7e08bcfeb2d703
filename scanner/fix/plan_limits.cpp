// Says which option a plan goes beyond, and which clock is wrong.
#include "scanner/fix/plan_limits.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace rdpsweep {

Status check_scope(const Plan& plan, const PlanWishes& wishes) {
    const auto count = plan.hosts.size();
    const auto share = std::max<std::size_t>(1, plan.inventory * wishes.max_percent / 100);
    const auto refuse = [&](std::size_t most, const char* option) -> Status {
        return Error(
                   Phase::config,
                   Errc::unsupported,
                   std::to_string(count) + " hosts need these fixes, at most " +
                       std::to_string(most) + " are allowed by " + option
        )
            .with_hint("narrow the run or name fewer fixes, or raise " + std::string(option));
    };
    if (count > wishes.max_targets) return refuse(wishes.max_targets, "--max-targets");
    if (count > share) return refuse(share, "--max-percent");
    return {};
}

Status check_wishes(const PlanWishes& wishes) {
    const auto beyond = [](const char* option) {
        return Error(
            Phase::config, Errc::unsupported, std::string(option) + " is more than 7 days (168h)"
        );
    };
    if (wishes.max_age > longest_wait) return beyond("--max-age");
    if (wishes.life > longest_wait) return beyond("--expires");
    if (wishes.batches.empty())
        return Error(Phase::config, Errc::unsupported, "--batches names no size");
    return {};
}

Status check_clock(const RunInfo& run, std::int64_t now) {
    const auto latest = std::max(run.started, run.finished);
    if (latest - now <= most_skew.count()) return {};
    return Error(
               Phase::config,
               Errc::unsupported,
               "the run is stamped " + to_iso8601(latest) + ", and here it is " + to_iso8601(now)
    )
        .with_hint("set this machine's clock right, then scan again");
}

} // namespace rdpsweep
