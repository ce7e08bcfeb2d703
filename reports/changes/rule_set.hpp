// Which rules a run judged by, by their numbers in a WordTable.
#pragma once

#include <cstdint>
#include <vector>

namespace rdpsweep {

class RuleSet {
public:
    void add(std::uint32_t rule) {
        if (had_.size() <= rule) had_.resize(rule + 1);
        had_[rule] = true;
    }

    [[nodiscard]] bool has(std::uint32_t rule) const { return rule < had_.size() && had_[rule]; }

    void clear() noexcept { had_.clear(); }

private:
    std::vector<bool> had_; // [i]: rule number i
};

} // namespace rdpsweep
