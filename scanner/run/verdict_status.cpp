// Maps totals to an exit status.
#include "scanner/run/verdict_status.hpp"

#include "scanner/talk/exit_status.hpp"

namespace rdpsweep {

int verdict_status(
    const Totals& totals, const FailOn& fail_on, std::size_t max_unassessed
) noexcept {
    std::size_t findings = 0;
    for (const auto& [verdict, count] : totals.by_verdict) {
        if (fail_on.verdict && verdict >= *fail_on.verdict) findings += count;
    }
    // Left out on purpose is not left unassessed.
    const auto unassessed = totals.of(Outcome::unreachable) + totals.of(Outcome::refused) +
                            totals.of(Outcome::not_attempted);
    const bool incomplete = unassessed > max_unassessed;
    if (findings > 0) return incomplete ? exit_findings_incomplete : exit_findings;
    return incomplete ? exit_incomplete : exit_ok;
}

int change_status(const Difference& difference, FailOnChange fail_on) {
    switch (fail_on) {
    case FailOnChange::news:
        return difference.with_news > 0 ? exit_findings : exit_ok;
    case FailOnChange::worse:
        return difference.of(HostWord::worse) > 0 ? exit_findings : exit_ok;
    case FailOnChange::unassessable:
        return difference.of(HostWord::became_unassessable) > 0 ? exit_incomplete : exit_ok;
    }
    return exit_ok;
}

int change_status(
    const Difference& difference,
    const Totals& totals,
    FailOnChange fail_on,
    std::size_t max_unassessed
) {
    const auto changed = change_status(difference, fail_on);
    if (fail_on == FailOnChange::unassessable) return changed;
    const auto whole = verdict_status(totals, {std::nullopt}, max_unassessed);
    if (changed == exit_ok) return whole;
    return whole == exit_incomplete ? exit_findings_incomplete : changed;
}

} // namespace rdpsweep
