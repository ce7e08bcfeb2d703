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

} // namespace rdpsweep
