// Compares two runs host by host. What it keeps of the earlier run is a SeenHost each; the later
// run goes by.
#pragma once

#include "reports/changes/difference.hpp"
#include "reports/changes/older_runs.hpp"
#include "reports/changes/rule_set.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace rdpsweep {

class DifferenceBuilder {
public:
    // had_rules: the rule set of the earlier run; empty where it did not say: what its hosts have
    // findings of is taken for it.
    DifferenceBuilder(
        RunInfo before, RunInfo after, Terms terms, std::span<const std::string> had_rules = {}
    );

    DifferenceBuilder(const DifferenceBuilder&) = delete;
    DifferenceBuilder& operator=(const DifferenceBuilder&) = delete;

    // Takes all hosts of the earlier run, then all of the later one.
    void add_before(const HostResult& host);
    void add_after(const HostResult& host);

    // Says that records of a run are lost: that it lacks a host says nothing then. Of the earlier
    // run before the first add_after().
    void lost_some_before() noexcept { terms_.may_join = false; }

    void lost_some_after() noexcept { terms_.may_leave = false; }

    // Compares hosts that the earlier run did not assess with how they were last, and adds up.
    // Error: that of the older runs.
    Result<Difference> finish(OlderRuns& older) &&;

private:
    // A host of the earlier run.
    struct Entry {
        SeenHost host;
        KindOfTrouble* kind = nullptr;
        bool met = false; // the later run has it
    };

    // A host of the later run, as far as it is shown.
    struct Arrived {
        SeenHost host;
        std::size_t index = 0;
        KindOfTrouble* kind = nullptr;
        std::vector<std::string> traits;
        std::map<std::uint32_t, Message> says; // of trouble, by rule
    };

    void note_rules(std::span<const std::string> rules, RuleSet& had);
    KindOfTrouble* kind_of(const HostResult& host);
    Arrived arrived(const HostResult& host);
    void conclude(const Entry* before, const Arrived* after, const OlderLook* past);
    void count(const HostChange& change, const SeenHost* last, const Arrived* after);
    void count_kind(const Entry* before, const Arrived* after) const;
    void
    list(const HostChange& change, const Entry* before, const Arrived* after, std::string since);
    void group(const FindingChange& finding, std::string_view name, const Arrived* after);
    Status conclude_waiting(OlderRuns& older);
    void conclude_rest();
    void sort_lists();

    Difference difference_;
    Terms terms_; // asks had_rules_ and past_rules_
    std::unordered_map<std::string, Entry> before_;
    std::unordered_set<std::string> only_after_;
    std::unordered_map<std::string, Arrived> waiting_; // for how they were before
    RuleSet had_rules_;                                // of the earlier run
    RuleSet past_rules_;                               // of the run that an OlderLook is from
    std::map<std::tuple<FindingWord, std::uint32_t, bool>, ChangeGroup> groups_;
};

} // namespace rdpsweep
