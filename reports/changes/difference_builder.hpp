// Compares two runs host by host. What it keeps of the earlier run is a SeenHost each; the later
// run goes by.
#pragma once

#include "reports/changes/difference.hpp"
#include "reports/changes/past.hpp"

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

    // Compares hosts that the earlier run did not assess with how they were last, and adds up.
    // Error: the past's.
    Result<Difference> finish(Past& past) &&;

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

    KindOfTrouble* kind_of(const HostResult& host);
    Arrived arrived(const HostResult& host);
    void conclude(const Entry* before, const Arrived* after, const PastHost* past);
    void count(const HostChange& change, const SeenHost* last, const Arrived* after);
    void count_kind(const Entry* before, const Arrived* after) const;
    void
    list(const HostChange& change, const Entry* before, const Arrived* after, std::string since);
    void group(const FindingChange& finding, std::string_view name, const Arrived* after);
    Status conclude_waiting(Past& past);
    void conclude_rest();
    void sort_lists();

    Difference difference_;
    Terms terms_;
    std::unordered_map<std::string, Entry> before_;
    std::unordered_set<std::string> only_after_;
    std::unordered_map<std::string, Arrived> waiting_; // for their past
    std::vector<bool> had_rules_;                      // [i]: rule number i
    std::map<std::tuple<FindingWord, std::uint32_t, bool>, ChangeGroup> groups_;
};

} // namespace rdpsweep
