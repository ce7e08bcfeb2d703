#include "scanner/credentials.hpp"

#include "core/text.hpp"
#include "scanner/credential_sources.hpp"
#include "transports/net/client_certificate.hpp"

#include <algorithm>
#include <utility>

namespace rdpsweep {

namespace {

std::string who(const CredentialSpec& spec) {
    return spec.name + " (" + spec.username + ")";
}

Result<Secret> fetch_password(const CredentialSpec& spec, const CredentialLimits& limits) {
    if (const auto* env = std::get_if<FromEnvironment>(&spec.password)) {
        return password_from(*env, limits);
    }
    if (const auto* file = std::get_if<FromFile>(&spec.password)) {
        return password_from(*file, limits);
    }
    if (const auto* command = std::get_if<FromCommand>(&spec.password)) {
        return password_from(*command, limits);
    }
    if (std::holds_alternative<FromPrompt>(spec.password)) return ask_password(who(spec), limits);
    return Error(
        Phase::config,
        Errc::unsupported,
        spec.ssh_key.empty() ? "it has no password and no Kerberos tickets"
                             : "it has only an ssh_key, and ssh is not in this version"
    );
}

bool has_certificate(const CredentialSpec& spec) {
    return !std::holds_alternative<std::monostate>(spec.certificate);
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

Result<Credential> fetch_certificate(const CredentialSpec& spec, const CredentialLimits& limits) {
    const auto chain = pem_from(spec.certificate, PemKind::certificate, limits);
    if (!chain) return about(spec, chain.error());
    auto key = pem_from(spec.key, PemKind::key, limits);
    if (!key) return about(spec, key.error());
    ClientCertificate identity{std::string(chain->reveal()), std::move(*key)};
    const auto usable = net::check_client_certificate(identity);
    if (!usable) return about(spec, usable.error());
    // The audit file names whoever a script runs as; the account is known to the host only.
    auto user = spec.username.empty() ? "certificate " + spec.name : spec.username;
    return Credential{spec.name, std::move(user), std::move(identity)};
}

Result<Credential> fetch(const CredentialSpec& spec, const CredentialLimits& limits) {
    if (spec.kerberos) {
        return Credential{spec.name, spec.username, CredentialCache{spec.ccache}};
    }
    if (has_certificate(spec)) return fetch_certificate(spec, limits);
    auto password = fetch_password(spec, limits);
    if (!password) return about(spec, password.error());
    return Credential{spec.name, spec.username, Password{std::move(*password)}};
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
    if (const auto* command = std::get_if<FromCommand>(&spec.password)) {
        return "command " + printable(command->argv.empty() ? "" : command->argv.front());
    }
    if (std::holds_alternative<FromPrompt>(spec.password)) return "prompt";
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
