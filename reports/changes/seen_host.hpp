// What is kept of a host to compare it with itself: about 1 KB, whatever its evidence holds.
#pragma once

#include "core/outcome.hpp"
#include "core/word_table.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rdpsweep {

struct SeenFinding {
    std::uint32_t rule = 0; // its number in a WordTable
    Verdict verdict = Verdict::not_applicable;
    Severity severity = Severity::low;
    std::uint64_t text = 0; // steady_hash(): what was seen, apart from moments

    [[nodiscard]] bool bad() const noexcept { return verdict >= Verdict::at_risk; }
};

struct SeenHost {
    std::string id;   // Target::id, by which a host is the same one in another run
    std::string name; // for people
    Outcome outcome = Outcome::not_attempted;
    Verdict verdict = Verdict::unknown;
    Cause cause = Cause::none;
    std::string machine_guid; // lower-case; empty: not known
    std::string rung;         // where it stopped, of one that was not assessed; may be empty
    std::string code;
    std::vector<SeenFinding> findings; // by rule, one a rule

    [[nodiscard]] bool assessed() const noexcept { return outcome == Outcome::assessed; }
};

SeenHost seen(const HostResult& host, WordTable& rules);

// Returns how many findings of a host are trouble: at risk or broken.
std::size_t troubles_of(const SeenHost& host);

} // namespace rdpsweep
