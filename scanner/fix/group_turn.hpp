// A host's turn to write to network security groups, which take one write at a time.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace rdpsweep {

// While it lives, the groups are its own. On one lane; taken has to outlive it.
class GroupTurn {
public:
    explicit GroupTurn(std::set<std::string>& taken) noexcept : taken_(taken) {}

    GroupTurn(const GroupTurn&) = delete;
    GroupTurn& operator=(const GroupTurn&) = delete;

    ~GroupTurn() { give_back(); }

    // Takes all of them, or none: two hosts with two groups in common do not wait for each other.
    // Returns whether it did. Call it again only after it did not, or after give_back().
    [[nodiscard]] bool take(std::set<std::string> wanted) {
        const auto is_taken = [this](const std::string& id) { return taken_.contains(id); };
        if (std::any_of(wanted.begin(), wanted.end(), is_taken)) return false;
        taken_.insert(wanted.begin(), wanted.end());
        mine_ = std::move(wanted);
        return true;
    }

    void give_back() {
        for (const auto& id : mine_)
            taken_.erase(id);
        mine_.clear();
    }

private:
    std::set<std::string>& taken_;
    std::set<std::string> mine_;
};

} // namespace rdpsweep
