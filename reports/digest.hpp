// What the readable reports say about a fleet beyond its groups, gathered as hosts end. Its size
// follows the number of kinds of trouble, not the number of hosts.
#pragma once

#include "core/outcome.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace rdpsweep {

// How many hosts, and the first few of the inventory by name, in whatever order they come.
struct Tally {
    static constexpr std::size_t names_kept = 3;

    std::size_t count = 0;
    std::vector<std::string> names;
    std::vector<std::size_t> places; // of these in the inventory, ascending

    // Adds the host that stands there in the inventory; true when it is the first of all.
    bool add(std::string_view name, std::size_t place);
};

// One way of not being assessed.
struct Obstacle {
    Outcome outcome = Outcome::not_attempted;
    std::string rung;   // "tls"; empty for skipped and not_attempted
    std::string code;   // "certificate_rejected"; empty likewise
    std::string reason; // for skipped and not_attempted: the sentence
    auto operator<=>(const Obstacle&) const = default;
};

// Which group an assessed host belongs to: root cause, verdict and fingerprint.
using GroupKey = std::tuple<Cause, Verdict, std::string>;
GroupKey key_of(const Group& group);
GroupKey key_of(const HostResult& host);

struct Obstructed {
    Tally hosts;
    std::string native; // where all hosts say the same, else empty
    std::string hint;   // likewise
};

struct Noted {
    Message first; // as said of the inventory's first host
    Tally hosts;
};

struct Digest {
    std::map<Obstacle, Obstructed> not_assessed;
    std::map<std::string, Tally>
        at_risk_by_day;                    // "2026-12-01": a date in the evidence, yet to come
    std::map<std::string, Noted> notes;    // by key: what attempts had to remark
    std::map<GroupKey, std::string> rules; // the rule that decided for each group

    // Adds a host. now: Unix seconds; dates before it are history, not deadlines.
    void add(const HostResult& host, std::int64_t now);
};

// Returns the attempt that explains why a host was not assessed: of those that failed, the one that
// came furthest, the latest among equals. Null when none was made.
const Attempt* deciding_attempt(const HostResult& host) noexcept;

Obstacle obstacle_of(const HostResult& host);

// Returns the finding behind the host's verdict: as bad as the host, of its root cause if it has
// one, the most severe of those. Null when the host is well or was not assessed.
const Finding* deciding_finding(const HostResult& host) noexcept;

// Returns the transport that reached the host, the last one where several did; empty when none.
std::string_view transport_used(const HostResult& host) noexcept;

// The groups of one root cause.
struct CauseGroups {
    Cause cause = Cause::none;
    std::size_t broken = 0;           // hosts
    std::size_t at_risk = 0;          // hosts
    std::vector<const Group*> groups; // as in the report: broken first, large ones first

    // Returns the first hosts' names, of the largest groups.
    [[nodiscard]] Tally hosts() const;
};

// Returns the causes with a broken or at-risk host: those with most broken hosts first, then most
// at risk. The report must outlive the result.
std::vector<CauseGroups> causes_of(const FleetReport& report);

// Returns the rule behind the largest of the worst groups of a cause; empty when none is known.
std::string rule_behind(const Digest& digest, const CauseGroups& cause);

// Returns the groups of hosts that were assessed without a verdict.
std::vector<const Group*> not_judged(const FleetReport& report);

} // namespace rdpsweep
