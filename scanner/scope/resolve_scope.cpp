#include "scanner/scope/resolve_scope.hpp"

#include "scanner/azure/azure_targets.hpp"
#include "scanner/azure/read_azure.hpp"
#include "scanner/inventory/select.hpp"
#include "transports/registry.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

namespace rdpsweep {

namespace {

constexpr auto command_line = "command line";

bool logs_on(std::string_view transport) noexcept {
    return traits_of(transport).logs_on;
}

bool names_a_source(const CommandLineCredential& credential) noexcept {
    return !credential.user.empty() || credential.kerberos;
}

CredentialSpec make_spec(const CommandLineCredential& given) {
    CredentialSpec spec;
    spec.name = command_line_credential;
    spec.username = given.user;
    spec.origin = command_line;
    spec.kerberos = given.kerberos;
    if (!given.password_file.empty()) spec.password = FromFile{given.password_file};
    if (!given.password_env.empty()) spec.password = FromEnvironment{given.password_env};
    if (given.password_prompt) spec.password = FromPrompt{};
    return spec;
}

void apply_credential(
    const CommandLineCredential& given, Inventory& inventory, Problems& problems
) {
    std::string name = given.name;
    if (names_a_source(given)) {
        inventory.credentials.push_back(make_spec(given));
        name = command_line_credential;
    }
    if (name.empty()) return;
    std::vector<std::string_view> known;
    for (const auto& spec : inventory.credentials)
        known.push_back(spec.name);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
        problems.add(
            command_line,
            "--credential: no credential is named " + in_quotes(name),
            known.empty() ? "define it in an inventory (-i)"
                          : suggest(name, known, "known credentials")
        );
        return;
    }
    for (auto& target : inventory.targets)
        target.credential = name;
}

// --transport names were checked by the parser of the command line.
void apply_route(const std::vector<std::string>& route, Inventory& inventory) {
    if (route.empty()) return;
    for (auto& target : inventory.targets)
        target.ladder = route;
}

auto way_with_credential(const Target& target) {
    return std::find_if(target.ladder.begin(), target.ladder.end(), logs_on);
}

void apply_selection(const std::string& text, Inventory& inventory, Problems& problems) {
    if (text.empty() || !problems.empty()) return;
    auto parsed = Selection::parse(text);
    if (auto* mistake = std::get_if<Mistake>(&parsed)) {
        problems.add(command_line, std::move(*mistake));
        return;
    }
    const auto& selection = std::get<Selection>(parsed);
    const auto before = inventory.targets.size();
    std::erase_if(inventory.targets, [&selection](const Target& target) {
        return !selection.matches(target);
    });
    // A filter that matches nothing is most often a mistake in the filter.
    if (before == 0 || !inventory.targets.empty()) return;
    inventory.notes.push_back(
        "--select " + in_quotes(text) + " matches none of " + std::to_string(before) + " targets"
    );
}

// The picked ones stay in the order of the inventory.
void apply_pick(const ScopeOptions& scope, Inventory& inventory) {
    const auto all = inventory.targets.size();
    if (scope.pick == 0 || all <= scope.pick) return;
    inventory.seed = scope.seed ? *scope.seed : std::random_device{}();
    std::mt19937_64 random(*inventory.seed);
    std::vector<std::size_t> order(all);
    std::iota(order.begin(), order.end(), std::size_t{0});
    // Fisher and Yates, as far as it is needed; the standard's own shuffle differs by library.
    for (std::size_t i = 0; i < scope.pick; ++i)
        std::swap(order[i], order[i + random() % (all - i)]);
    order.resize(scope.pick);
    std::sort(order.begin(), order.end());
    std::vector<Target> picked;
    for (const auto index : order)
        picked.push_back(std::move(inventory.targets[index]));
    inventory.targets = std::move(picked);
    inventory.notes.push_back(
        "picked " + std::to_string(scope.pick) + " of " + std::to_string(all) +
        " targets at random; --seed " + std::to_string(*inventory.seed) + " picks the same again"
    );
}

} // namespace

bool needs_credential(const Target& target) noexcept {
    return target.skip.empty() && way_with_credential(target) != target.ladder.end();
}

Inventory resolve_scope(
    const ScopeOptions& scope, std::span<const std::string_view> transports, Problems& problems
) {
    std::vector<InventorySource> sources;
    auto azure = scope.azure;
    bool stdin_read = false;
    for (const auto& path : scope.inventories) {
        if (problems.full()) break;
        if (take_azure_inventory(path, azure)) continue;
        if (path == "-" && std::exchange(stdin_read, true)) {
            problems.add(command_line, "stdin can be read only once", "give -i - one time");
            continue;
        }
        const ReadContext context{path == "-" ? "stdin" : path, {}, transports, problems};
        read_source(path, context, sources.emplace_back());
    }
    if (!scope.targets.empty()) {
        const ReadContext context{command_line, {}, transports, problems};
        read_arguments(scope.targets, context, sources.emplace_back());
    }
    // What can be wrong without a packet comes first.
    if (problems.empty() && azure.wanted()) read_azure(azure, problems, sources.emplace_back());
    auto inventory = merge(std::move(sources), problems);
    apply_selection(scope.select, inventory, problems);
    apply_pick(scope, inventory);
    apply_credential(scope.credential, inventory, problems);
    apply_route(scope.transports, inventory);
    if (azure.wanted()) settle_azure_targets(inventory.targets);
    if (scope.limit != 0 && inventory.targets.size() > scope.limit) {
        inventory.targets.resize(scope.limit);
    }
    return inventory;
}

void require_credentials(const Inventory& inventory, Problems& problems) {
    for (const auto& target : inventory.targets) {
        if (problems.full()) return;
        const auto way = way_with_credential(target);
        if (!target.credential.empty() || !target.skip.empty() || way == target.ladder.end())
            continue;
        problems.add(
            target.origin,
            in_quotes(target.name) + " has no credential, which " + *way + " needs",
            "add credential: to it or to defaults:, or give --credential NAME or --user NAME"
        );
    }
}

} // namespace rdpsweep
