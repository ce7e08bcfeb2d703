// Inventories, Azure and credentials on the command line.
#include "scanner/cli/scope_grammar.hpp"

#include "scanner/cli/binders.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep::cli {

namespace {

Binder login_choice(AzureLogin& login) {
    return choice<AzureLogin>(
        login,
        {{"auto", AzureLogin::automatic},
         {"environment", AzureLogin::environment},
         {"managed-identity", AzureLogin::managed_identity},
         {"cli", AzureLogin::cli}}
    );
}

Binder address_choice(AzureAddress& address) {
    return choice<AzureAddress>(
        address,
        {{"either", AzureAddress::either},
         {"private", AzureAddress::private_only},
         {"public", AzureAddress::public_only}}
    );
}

// A row an option.
// clang-format off

Options source_options(ScopeOptions& scope, const CliNames& names) {
    return {
        {"-i,--inventory", "FILE",
         "targets from .yaml, .csv, .txt, .ini (Ansible) or .xml (Nmap), or - for lines on stdin; "
         "or ansible:FILE, nmap:FILE, exec:PROGRAM, azure:[SUBSCRIPTION,...]",
         list(scope.inventories), group::targets, Preset::sources},
        {"-t,--target", "HOST[,HOST]", "targets: host, host:port, name=address, 10.1.0.0/24, 10.1.0.4-20 or @FILE with one a line",
         list(scope.targets, Split::commas), group::targets, Preset::sources},
        {"--disk", "FILE", "disk images (raw, fixed VHD) or block devices of VMs that do not run",
         sequence(scope.disks), group::targets, Preset::sources},
        {"--snapshot-id", "ID", "snapshots of OS disks in Azure, by their ARM ids; they are only read",
         sequence(scope.snapshots), group::targets, Preset::sources},
        {"--transport", "NAME[,NAME]", "use these instead of every target's route",
         route(scope.transports, names.transports), group::targets},
    };
}

Options azure_options(AzureOptions& azure) {
    return {
        {"--subscription", "ID", "the Windows VMs of the Azure subscription with this id or name",
         list(azure.subscriptions), group::azure, Preset::sources},
        {"--all-subscriptions", "", "the Windows VMs of all subscriptions that our identity sees",
         flag(azure.all), group::azure, Preset::sources},
        {"--resource-group", "NAME", "only the VMs in this resource group",
         list(azure.resource_groups), group::azure, Preset::sources},
        {"--resource", "ID", "only the VM with this ARM id", list(azure.resources), group::azure, Preset::sources},
        {"--azure-cloud", "NAME",
         "AzureCloud, AzureChinaCloud, AzureUSGovernment, or a file that az cloud show wrote",
         text(azure.cloud), group::azure},
        {"--azure-login", "WORD",
         "how to log on to Azure: auto, environment, managed-identity or cli",
         login_choice(azure.login), group::azure},
        {"--azure-address", "WORD",
         "which address to visit: either (private first), private or public",
         address_choice(azure.address), group::azure},
        {"--azure-ca-file", "FILE", "trust these CAs for Azure itself",
         text(azure.ca_file), group::azure},
    };
}

Options credential_options(CommandLineCredential& given) {
    return {
        {"--credential", "NAME", "log on everywhere with the inventory's credential NAME",
         text(given.name), group::targets, Preset::logon},
        {"--user", "NAME", "log on everywhere as this user, with one of:",
         text(given.user), group::targets, Preset::logon},
        {"--password-file", "FILE", "  the password is the first line of FILE (mode 0600)",
         text(given.password_file), group::targets, Preset::logon},
        {"--password-env", "VARIABLE", "  the password is in this environment variable",
         text(given.password_env), group::targets, Preset::logon},
        {"--password-systemd", "NAME", "  the password is this credential of systemd (LoadCredential=)",
         text(given.password_systemd), group::targets, Preset::logon},
        {"--password-prompt", "", "  ask for the password on the terminal",
         flag(given.password_prompt), group::targets, Preset::logon},
        {"--kerberos", "", "  no password: use the tickets of kinit",
         flag(given.kerberos), group::targets, Preset::logon},
    };
}

Options choice_options(ScopeOptions& scope) {
    return {
        {"-s,--select", "EXPR",
         "only targets that match: 'tag:env=prod & !vm:dc*'; also name: group: address:",
         text(scope.select), group::targets},
        {"--exclude", "EXPR", "without the targets that match; the same words as --select",
         text(scope.exclude), group::targets},
        {"--pick", "N", "only N of them, picked at random",
         number(scope.pick, {1, 1'000'000}), group::targets},
        {"--seed", "N", "make --pick repeatable",
         number(scope.seed, {0, UINT64_MAX}), group::targets},
        {"--limit", "N", "only the first N targets",
         number(scope.limit, {1, 1'000'000}), group::targets},
        {"--allow-empty", "", "do not fail when the scope has no targets",
         flag(scope.allow_empty), group::targets},
    };
}

// clang-format on

} // namespace

Options scope_options(ScopeOptions& scope, const CliNames& names) {
    auto options = source_options(scope, names);
    append(options, azure_options(scope.azure));
    append(options, credential_options(scope.credential));
    append(options, choice_options(scope));
    return options;
}

std::string empty_scope(const ScopeOptions& scope) {
    const bool any = !scope.inventories.empty() || !scope.targets.empty() || !scope.disks.empty() ||
                     !scope.snapshots.empty() || scope.azure.wanted();
    return any ? "" : "no targets: give -i FILE, -t HOST, --disk FILE or --subscription ID";
}

std::string wrong_logon(const ScopeOptions& scope) {
    const auto& given = scope.credential;
    const std::array given_so{
        !given.password_env.empty(),
        !given.password_file.empty(),
        !given.password_systemd.empty(),
        given.password_prompt,
        given.kerberos};
    const auto sources = std::count(given_so.begin(), given_so.end(), true);
    constexpr auto names = "--password-prompt, --password-file, --password-env, "
                           "--password-systemd or --kerberos";
    if (!given.name.empty() && (sources > 0 || !given.user.empty())) {
        return "--credential stands alone: the inventory says its user and password";
    }
    if (sources > 1) return std::string("only one of ") + names;
    if (!given.user.empty() && sources == 0) return std::string("--user needs ") + names;
    if (given.user.empty() && sources > 0 && !given.kerberos) return "a password needs --user";
    return {};
}

std::string wrong_scope(const ScopeOptions& scope) {
    auto empty = empty_scope(scope);
    return empty.empty() ? wrong_logon(scope) : empty;
}

} // namespace rdpsweep::cli
