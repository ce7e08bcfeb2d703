// Places each group below those that name it as a child.
#include "scanner/inventory/ansible_tree.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <charconv>

namespace rdpsweep {

namespace {

constexpr std::size_t deepest = 100;
constexpr std::size_t most_pairs = 5'000'000;

} // namespace

GroupTree::GroupTree(const AnsibleFleet& fleet, const ReadContext& context)
    : fleet_(fleet), context_(context) {
    for (const auto& [name, group] : fleet.groups()) {
        for (const auto& child : group.children)
            parents_[child].push_back(name);
    }
    for (const auto& [name, group] : fleet.groups())
        (void)place(name);
}

std::vector<std::string> GroupTree::groups_of(const AnsibleHost& host) const {
    std::set<std::string> names;
    for (const auto& group : host.groups) {
        const auto& ancestors = places_.at(group).ancestors;
        names.insert(ancestors.begin(), ancestors.end());
    }
    std::vector<std::string> sorted(names.begin(), names.end());
    std::stable_sort(sorted.begin(), sorted.end(), [this](const auto& a, const auto& b) {
        return std::pair(places_.at(a).depth, priority(a)) <
               std::pair(places_.at(b).depth, priority(b));
    });
    return sorted;
}

void GroupTree::complain(const std::string& name, Mistake mistake) {
    const auto at = fleet_.groups().find(name)->second.at;
    context_.problems.add(to_text(context_.file, at), std::move(mistake));
}

// The circle is what is on the way from the group's first place on it: the way leads upwards.
void GroupTree::complain_of_circle(const std::string& name) {
    constexpr std::size_t most_shown = 10;
    const auto first = std::find(way_.begin(), way_.end(), name);
    std::string circle = in_quotes(name);
    std::size_t shown = 0;
    for (auto group = way_.end(); group-- != first && shown < most_shown; ++shown)
        circle += " > " + in_quotes(*group);
    if (shown < static_cast<std::size_t>(way_.end() - first)) circle += " > ...";
    complain(
        name,
        {"the group " + in_quotes(name) + " is a child of itself: " + circle,
         "take one of them out of the children of the one before it"}
    );
}

void GroupTree::give_up(const std::string& name) {
    if (given_up_) return;
    given_up_ = true;
    complain(name, {"groups are nested deeper than " + std::to_string(deepest), ""});
}

const Place& GroupTree::place(const std::string& name) {
    const auto [at, fresh] = places_.try_emplace(name);
    auto& own = at->second;
    if (!fresh && std::find(way_.begin(), way_.end(), name) != way_.end()) complain_of_circle(name);
    if (!fresh || name == "all" || given_up_) return own;
    if (way_.size() >= deepest) {
        give_up(name);
        return own;
    }
    way_.push_back(name);
    own.depth = 1;
    own.ancestors.insert(name);
    for (const auto& parent : parents_[name]) {
        if (given_up_ || context_.problems.full()) break;
        const auto& above = place(parent);
        own.depth = std::max(own.depth, above.depth + 1);
        own.ancestors.insert(above.ancestors.begin(), above.ancestors.end());
        if (own.ancestors.size() <= most_pairs - std::min(most_pairs, pairs_)) continue;
        given_up_ = true;
        complain(name, {"too many groups are children of too many others", "split the inventory"});
    }
    // Its ancestors may have been walked before, one after the other.
    if (own.depth > deepest) give_up(name);
    pairs_ += own.ancestors.size();
    way_.pop_back();
    return own;
}

int GroupTree::priority(const std::string& name) const {
    const auto& vars = fleet_.groups().find(name)->second.vars;
    const auto given = vars.find("ansible_group_priority");
    int value = 1;
    if (given == vars.end()) return value;
    const auto& text = given->second.text;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

} // namespace rdpsweep
