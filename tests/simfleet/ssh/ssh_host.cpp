// Keys, and sessions made of accepted connections.
#include "tests/simfleet/ssh/ssh_host.hpp"

namespace simfleet {

using rdpsweep::Errc;
using rdpsweep::Error;
using rdpsweep::Phase;

namespace {

ssh_key new_key() {
    ssh_key key = nullptr;
    return ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) == SSH_OK ? key : nullptr;
}

} // namespace

SshHost::SshHost(Key host, Key account, std::uint16_t rdp_port)
    : host_(std::move(host)), account_(std::move(account)), bind_(ssh_bind_new(), ssh_bind_free),
      rdp_port_(rdp_port) {
    // The machine's own configuration of libssh is none of a simulated VM's.
    const bool machines_own = false;
    ssh_bind_options_set(bind_.get(), SSH_BIND_OPTIONS_PROCESS_CONFIG, &machines_own);
    ssh_bind_options_set(bind_.get(), SSH_BIND_OPTIONS_IMPORT_KEY, ssh_key_dup(host_.get()));
    ssh_bind_options_set(bind_.get(), SSH_BIND_OPTIONS_BANNER, "OpenSSH_for_Windows_8.1");
}

rdpsweep::Result<std::shared_ptr<SshHost>>
SshHost::create(std::uint16_t rdp_port, const std::string& account_key) {
    Key host(new_key(), ssh_key_free);
    if (!host) return Error(Phase::config, Errc::unsupported, "libssh makes no ed25519 key");
    ssh_key known = nullptr;
    const bool read =
        account_key.empty() || ssh_pki_import_pubkey_file(account_key.c_str(), &known) == SSH_OK;
    Key account(known, ssh_key_free);
    if (!read) return Error(Phase::config, Errc::unsupported, account_key + ": no public key");
    return std::shared_ptr<SshHost>(new SshHost(std::move(host), std::move(account), rdp_port));
}

ssh_session SshHost::accept(int descriptor) const {
    ssh_session session = ssh_new();
    if (session == nullptr) return nullptr;
    if (ssh_bind_accept_fd(bind_.get(), session, descriptor) == SSH_OK) {
        ssh_set_blocking(session, 0);
        return session;
    }
    ssh_free(session);
    return nullptr;
}

std::string SshHost::known_hosts(std::uint16_t port) const {
    char* text = nullptr;
    if (ssh_pki_export_pubkey_base64(host_.get(), &text) != SSH_OK) return {};
    std::string line = "[127.*]:" + std::to_string(port) + " ssh-ed25519 " + text + "\n";
    ssh_string_free_char(text);
    return line;
}

bool SshHost::is_account_key(ssh_key key) const {
    return account_ && ssh_key_cmp(key, account_.get(), SSH_KEY_CMP_PUBLIC) == 0;
}

} // namespace simfleet
