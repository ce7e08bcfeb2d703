// Fetches the parts of a credential by its specification, and keeps what was fetched.
#include "scanner/credentials/credentials.hpp"

#include "core/text.hpp"
#include "scanner/credentials/credential_sources.hpp"
#include "transports/net/client_certificate.hpp"
#include "transports/ssh/private_key.hpp"

#include <algorithm>
#include <utility>

namespace rdpsweep {

namespace {

std::string who(const CredentialSpec& spec) {
    return spec.name + " (" + spec.username + ")";
}

Result<Secret> fetch_secret(
    const PasswordSource& source, const std::string& asked_for, const CredentialLimits& limits
) {
    if (const auto* env = std::get_if<FromEnvironment>(&source)) return password_from(*env, limits);
    if (const auto* file = std::get_if<FromFile>(&source)) return password_from(*file, limits);
    if (const auto* given = std::get_if<FromSystemd>(&source)) return password_from(*given, limits);
    if (const auto* command = std::get_if<FromCommand>(&source)) {
        return password_from(*command, limits);
    }
    if (std::holds_alternative<FromPrompt>(source)) return ask_password(asked_for, limits);
    return Error(Phase::config, Errc::unsupported, "it has no password and no Kerberos tickets");
}

// The same error, said of the credential.
Error about(const CredentialSpec& spec, const Error& error) {
    return Error(
               error.phase(),
               error.code(),
               "credential " + printable(spec.name, 60) + ": " + std::string(error.detail())
    )
        .with_native(std::string(error.native()))
        .with_hint(std::string(error.hint()));
}

Result<PrivateKey> fetch_key(const CredentialSpec& spec, const CredentialLimits& limits) {
    auto pem = pem_from(FromFile{spec.ssh_key}, PemKind::key, limits);
    if (!pem) return std::move(pem).error();
    const auto kind = ssh::read_key_kind(pem->reveal());
    if (!kind) {
        return Error(
            Phase::config, Errc::malformed_output, printable(spec.ssh_key) + " is no private key"
        );
    }
    if (std::holds_alternative<std::monostate>(spec.ssh_passphrase)) {
        if (!kind->encrypted) return PrivateKey{std::move(*pem), Secret(std::string())};
        return Error(Phase::config, Errc::unsupported, printable(spec.ssh_key) + " is encrypted")
            .with_hint("add ssh_passphrase:, or load it into an agent and use agent: true");
    }
    auto words = fetch_secret(spec.ssh_passphrase, "the key of " + who(spec), limits);
    if (!words) return std::move(words).error();
    return PrivateKey{std::move(*pem), std::move(*words)};
}

bool has_certificate(const CredentialSpec& spec) {
    return !std::holds_alternative<std::monostate>(spec.certificate);
}

Result<Credential> fetch_certificate(const CredentialSpec& spec, const CredentialLimits& limits) {
    const auto chain = pem_from(spec.certificate, PemKind::certificate, limits);
    if (!chain) return about(spec, chain.error());
    auto key = pem_from(spec.key, PemKind::key, limits);
    if (!key) return about(spec, key.error());
    ClientCertificate identity{std::string(chain->reveal()), std::move(*key)};
    const auto usable = net::check_client_certificate(identity);
    if (!usable) return about(spec, usable.error());
    // The audit file names the account that a script runs as; the account is known to the host
    // only.
    auto user = spec.username.empty() ? "certificate " + spec.name : spec.username;
    return Credential{spec.name, std::move(user), std::move(identity)};
}

Result<Credential> fetch(const CredentialSpec& spec, const CredentialLimits& limits) {
    Credential credential{spec.name, spec.username, std::monostate()};
    credential.ssh.agent = spec.agent;
    if (!spec.ssh_key.empty()) {
        auto key = fetch_key(spec, limits);
        if (!key) return about(spec, key.error());
        credential.ssh.key = std::move(*key);
    }
    const bool other = !spec.ssh_key.empty() || spec.agent || has_certificate(spec);
    const bool has_password = !std::holds_alternative<std::monostate>(spec.password);
    if (spec.kerberos) {
        credential.proof = CredentialCache{spec.ccache};
    } else if (has_password || !other) {
        auto password = fetch_secret(spec.password, who(spec), limits);
        if (!password) return about(spec, password.error());
        credential.proof = Password{std::move(*password)};
    }
    if (has_certificate(spec)) {
        auto certified = fetch_certificate(spec, limits);
        if (certified) certified->ssh = std::move(credential.ssh);
        return certified;
    }
    return credential;
}

} // namespace

std::string describe(const CredentialSpec& spec) {
    if (spec.kerberos) {
        return spec.ccache.empty() ? "the default Kerberos cache"
                                   : "Kerberos cache " + printable(spec.ccache);
    }
    if (has_certificate(spec)) return "client certificate";
    if (const auto* env = std::get_if<FromEnvironment>(&spec.password)) {
        return "environment variable " + printable(env->variable);
    }
    if (const auto* file = std::get_if<FromFile>(&spec.password)) {
        return "file " + printable(file->path);
    }
    if (const auto* given = std::get_if<FromSystemd>(&spec.password)) {
        return "systemd credential " + printable(given->name);
    }
    if (const auto* command = std::get_if<FromCommand>(&spec.password)) {
        return "command " + printable(command->argv.empty() ? "" : command->argv.front());
    }
    if (std::holds_alternative<FromPrompt>(spec.password)) return "prompt";
    if (spec.ssh_key.empty() && spec.agent) return "the SSH agent";
    return spec.ssh_key.empty() ? "nothing" : "SSH key " + printable(spec.ssh_key);
}

CredentialStore::CredentialStore(std::vector<CredentialSpec> specs, CredentialLimits limits)
    : specs_(std::move(specs)), limits_(std::move(limits)) {}

Result<const Credential*> CredentialStore::get(std::string_view name) {
    auto known = known_.find(name);
    if (known == known_.end()) {
        const auto spec = std::find_if(specs_.begin(), specs_.end(), [name](const auto& candidate) {
            return candidate.name == name;
        });
        auto fetched = spec != specs_.end() ? fetch(*spec, limits_)
                                            : Result<Credential>(Error(
                                                  Phase::config,
                                                  Errc::name_not_found,
                                                  "no credential is named " + printable(name, 60)
                                              ));
        known = known_.emplace(std::string(name), std::move(fetched)).first;
    }
    if (!known->second) return known->second.error();
    return &*std::as_const(known->second);
}

} // namespace rdpsweep
