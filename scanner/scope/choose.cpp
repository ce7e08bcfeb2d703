// Chooses by an expression, by chance and by number.
#include "scanner/scope/choose.hpp"

#include "scanner/inventory/select.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>
#include <variant>

namespace rdpsweep {

namespace {

// Takes the targets out that the expression matches, or those that it does not. Returns how many
// it matches; nothing when there is no expression, or a mistake in it.
std::optional<std::size_t>
sift(const std::string& expression, bool keep, Inventory& inventory, Problems& problems) {
    if (expression.empty() || !problems.empty()) return {};
    auto parsed = Selection::parse(expression, keep ? "--select" : "--exclude");
    if (auto* mistake = std::get_if<Mistake>(&parsed)) {
        problems.add(std::string(command_line_origin), std::move(*mistake));
        return {};
    }
    const auto& selection = std::get<Selection>(parsed);
    const auto gone = std::erase_if(inventory.targets, [&selection, keep](const Target& target) {
        return selection.matches(target) != keep;
    });
    return keep ? inventory.targets.size() : gone;
}

} // namespace

void select_targets(const std::string& expression, Inventory& inventory, Problems& problems) {
    const auto before = inventory.targets.size();
    if (sift(expression, true, inventory, problems) != 0 || before == 0) return;
    inventory.notes.push_back(
        "--select " + in_quotes(expression) + " matches none of " + std::to_string(before) +
        " targets"
    );
}

void exclude_targets(const std::string& expression, Inventory& inventory, Problems& problems) {
    const auto before = inventory.targets.size();
    if (sift(expression, false, inventory, problems) != 0 || before == 0) return;
    inventory.notes.push_back(
        "--exclude " + in_quotes(expression) + " matches none of " + std::to_string(before) +
        " targets"
    );
}

void pick_targets(std::size_t count, std::optional<std::uint64_t> seed, Inventory& inventory) {
    const auto all = inventory.targets.size();
    if (count == 0 || all <= count) return;
    inventory.seed = seed ? *seed : std::random_device{}();
    std::mt19937_64 random(*inventory.seed);
    std::vector<std::size_t> order(all);
    std::iota(order.begin(), order.end(), std::size_t{0});
    // Fisher and Yates, as far as it is needed; the standard's own shuffle differs by library.
    for (std::size_t i = 0; i < count; ++i)
        std::swap(order[i], order[i + random() % (all - i)]);
    order.resize(count);
    std::sort(order.begin(), order.end());
    std::vector<Target> picked;
    for (const auto index : order)
        picked.push_back(std::move(inventory.targets[index]));
    inventory.targets = std::move(picked);
    inventory.notes.push_back(
        "picked " + std::to_string(count) + " of " + std::to_string(all) +
        " targets at random; --seed " + std::to_string(*inventory.seed) + " picks the same again"
    );
}

void limit_targets(std::size_t count, std::vector<Target>& targets) {
    if (count != 0 && targets.size() > count) targets.resize(count);
}

} // namespace rdpsweep
