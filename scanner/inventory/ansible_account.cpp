// Makes a credential of a user's name and of what proves it.
#include "scanner/inventory/ansible_account.hpp"

#include <cstdlib>
#include <string_view>

namespace rdpsweep {

namespace {

// Returns the path with "~/" replaced by the home folder, as Ansible has it.
std::string at_home(const std::string& path) {
    const char* home = std::getenv("HOME");
    if (!path.starts_with("~/") || home == nullptr || *home == '\0') return path;
    return home + path.substr(1);
}

} // namespace

CredentialSpec imply_credential(const AnsibleAccount& account) {
    CredentialSpec spec;
    spec.name = account.user;
    if (account.kerberos) spec.name += " (kerberos)";
    if (!account.key_file.empty()) spec.name += " (" + account.key_file + ")";
    spec.username = account.user;
    spec.kerberos = account.kerberos;
    spec.ssh_key = at_home(account.key_file);
    if (!account.kerberos && account.key_file.empty()) spec.password = FromPrompt{};
    spec.origin = account.origin;
    spec.implied = true;
    return spec;
}

} // namespace rdpsweep
