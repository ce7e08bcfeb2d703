// Adds hosts up into a FleetReport: totals, and groups of equal causes with equal evidence.
#pragma once

#include "core/outcome.hpp"
#include "scanner/store/folded_message.hpp"

#include <map>
#include <string>
#include <tuple>

namespace rdpsweep {

class FleetBuilder {
public:
    // targets: how many the inventory holds.
    explicit FleetBuilder(std::size_t targets);

    void add(const HostResult& host);

    // Counts every target that was never added as not attempted: what a killed run left.
    void add_missing();

    [[nodiscard]] const Totals& totals() const noexcept { return totals_; }

    // Returns the report, with groups in the order of reports: worst verdict first, then the
    // larger, then by cause.
    [[nodiscard]] FleetReport report(RunInfo run) const;

private:
    struct Member {
        std::size_t index;
        std::string name;
    };

    struct Pile {
        FoldedMessage summary;
        std::vector<Member> members;
    };

    Totals totals_;
    std::map<std::tuple<Verdict, Cause, std::string>, Pile> piles_;
};

// Returns the summary of the finding that decided host's verdict; an empty key when nothing did.
Message deciding_summary(const HostResult& host);

} // namespace rdpsweep
