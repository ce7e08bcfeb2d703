// A plan of fixes: what would be changed on which host, for a human to read and approve.
#pragma once

#include "core/change.hpp"
#include "core/json.hpp"
#include "core/outcome.hpp"
#include "core/outcome_json.hpp"
#include "core/result.hpp"
#include "core/terminal_text.hpp"
#include "probes/fix/fix.hpp"
#include "scanner/fix/batches.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

inline constexpr std::string_view plan_schema = "rdpsweep.plan/1";

// Of a plan's file: tens of thousands of hosts, each with its changes (about 1 KiB) or with why it
// was left out. What is larger is neither written nor read.
inline constexpr JsonLimits plan_limits{.bytes = 64u << 20, .nodes = 8'000'000};

// How many of a host's fixes, rules and changes belong to a step, in their order.
struct StepSize {
    std::size_t fixes = 0, rules = 0, changes = 0;

    friend bool operator==(const StepSize&, const StepSize&) = default;
};

struct PlanHost {
    std::string id, name, address, vm; // as in the inventory
    std::string machine_guid;          // that of the Windows that was looked at
    std::uint32_t build = 0;
    std::string seen_by;            // the transport that worked
    std::vector<std::string> fixes; // ids
    std::vector<std::string> rules; // that they cure
    std::vector<std::string> kin;   // what it shares with those that stand in for it
    std::uint32_t criticality = 0;  // of the tag rdpsweep:criticality; the highest go last
    std::string stratum;            // equal for hosts on which the same goes wrong in the same way
    std::string evidence_sha256;    // of the findings it rests on
    Risk risk = Risk::low;
    Restart restart = Restart::none;
    std::vector<Change> changes;
    std::vector<StepSize> steps; // one after the other, see plan_step.hpp; empty: all at once
};

struct PlanSkip {
    std::string name;
    std::string rule; // empty: the host as a whole
    Message why;
    std::string id{}; // of the host; empty in plans of older versions
};

// What became of the broken hosts of a run: each is counted once.
struct PlanAccount {
    std::size_t broken = 0;
    std::size_t planned = 0;
    std::size_t left_out = 0; // for a reason that another plan, or somebody, may change
    std::size_t no_fix = 0;   // for what is wrong with them

    friend bool operator==(const PlanAccount&, const PlanAccount&) = default;
};

// What the author of a plan asked for. The same wishes make the same plan of the same run.
struct PlanWishes {
    std::vector<std::string> fixes; // ids; empty: those for broken findings that open nothing
    FixChoices choices;
    std::chrono::seconds max_age{15 * 60};
    std::chrono::seconds life{4 * 60 * 60};
    std::size_t max_targets = 50;
    std::size_t max_percent = 5; // of the inventory; at least one host is always allowed
    std::vector<BatchSize> batches;

    friend bool operator==(const PlanWishes&, const PlanWishes&) = default;
};

struct Plan {
    std::string id;
    std::string run; // it was made from
    std::int64_t created = 0;
    std::int64_t expires = 0;
    std::string created_by; // account of this machine
    std::string version;
    std::string script_sha256; // of probes/fix/change.ps1
    std::size_t inventory = 0; // hosts of the run
    std::vector<PlanHost> hosts;
    std::vector<std::vector<std::size_t>> batches; // positions in hosts
    std::size_t canaries = 1;                      // how many of the first batches are
    std::vector<PlanSkip> skipped;
    std::optional<PlanAccount> account; // nothing in plans of older versions
    FixChoices choices;
    std::optional<PlanWishes> made_with; // nothing in plans of older versions
};

// How far the clock that stamped a run may have been ahead of ours.
inline constexpr std::chrono::seconds most_skew{60};

// The longest that a plan may hold, and that its facts may be old.
inline constexpr std::chrono::seconds longest_wait{7 * 24 * 60 * 60};

// Makes a plan from a run's hosts. Error{config, ...} when more hosts need a fix than the wishes
// allow: nothing is left out to fit; when the wishes go beyond what there is; and when the run is
// of a time to come. Error{internal, bug} when a broken host would be in no list.
Result<Plan>
make_plan(const RunInfo& run, HostReader& hosts, const PlanWishes& wishes, std::int64_t now);

// Returns canonical JSON: members sorted, no blanks, and "digest", the SHA-256 of the text without
// it.
std::string plan_text(const Plan& plan);

// Returns the digest of what plan_text() gives.
std::string plan_digest(const Plan& plan);

// Reads a plan. Error{config, malformed_output} for what is no plan, or was changed since it was
// written. That does not make it one of ours: see plan_origin.hpp.
Result<Plan> read_plan(std::string_view text);

// Shows a plan in full, for a human; rights in words as well.
TerminalText show_plan(const Plan& plan, const Say& say);

} // namespace rdpsweep
