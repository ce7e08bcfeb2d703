// What is kept of a host to compare it with itself: about 1 KB, whatever its evidence holds.
#pragma once

#include "core/outcome.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Rules by number, so that a host keeps no names.
class RuleNames {
public:
    std::uint32_t number_of(std::string_view rule);

    [[nodiscard]] const std::string& name_of(std::uint32_t number) const {
        return names_.at(number);
    }

private:
    std::map<std::string, std::uint32_t, std::less<>> numbers_;
    std::vector<std::string> names_;
};

struct SeenFinding {
    std::uint32_t rule = 0; // of RuleNames
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

SeenHost seen(const HostResult& host, RuleNames& rules);

// Returns how many findings of a host are trouble: at risk or broken.
std::size_t troubles_of(const SeenHost& host);

} // namespace rdpsweep
