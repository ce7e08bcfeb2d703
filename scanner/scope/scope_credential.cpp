// Whose credential is used, and which targets need one.
#include "scanner/scope/scope_credential.hpp"

#include "transports/registry.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace rdpsweep {

namespace {

bool logs_on(std::string_view transport) noexcept {
    return traits_of(transport).logs_on;
}

// Returns the first transport of the route that needs a credential; the route's end without one.
auto first_that_logs_on(const Target& target) {
    return std::find_if(target.route.begin(), target.route.end(), logs_on);
}

bool names_a_source(const CommandLineCredential& credential) noexcept {
    return !credential.user.empty() || credential.kerberos;
}

CredentialSpec make_spec(const CommandLineCredential& given) {
    CredentialSpec spec;
    spec.name = command_line_credential;
    spec.username = given.user;
    spec.origin = command_line_origin;
    spec.kerberos = given.kerberos;
    if (!given.password_file.empty()) spec.password = FromFile{given.password_file};
    if (!given.password_env.empty()) spec.password = from_environment(given.password_env);
    if (!given.password_systemd.empty()) spec.password = FromSystemd{given.password_systemd};
    if (given.password_prompt) spec.password = FromPrompt{};
    return spec;
}

} // namespace

bool names_an_account(const CommandLineCredential& given) noexcept {
    return !given.name.empty() || names_a_source(given);
}

void assign_credential(
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
            std::string(command_line_origin),
            "--credential: no credential is named " + in_quotes(name),
            known.empty() ? "define it in an inventory (-i)"
                          : suggest(name, known, "known credentials")
        );
        return;
    }
    for (auto& target : inventory.targets)
        target.credential = name;
}

bool needs_credential(const Target& target) noexcept {
    return target.skip.empty() && first_that_logs_on(target) != target.route.end();
}

void require_credentials(const Inventory& inventory, Problems& problems) {
    for (const auto& target : inventory.targets) {
        if (problems.full()) return;
        if (!target.credential.empty() || !needs_credential(target)) continue;
        problems.add(
            target.origin,
            in_quotes(target.name) + " has no credential, which " + *first_that_logs_on(target) +
                " needs",
            "add credential: to it or to defaults:, or give --credential NAME or --user NAME"
        );
    }
}

} // namespace rdpsweep
