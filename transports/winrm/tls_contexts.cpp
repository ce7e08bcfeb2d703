// Loads the contexts of all hosts at the start, and those of client certificates as they are met.
#include "transports/winrm/tls_contexts.hpp"

namespace rdpsweep::winrm {

Result<TlsContexts> TlsContexts::load(std::string ca_file) {
    TlsContexts contexts(std::move(ca_file));
    auto strict = net::make_tls_context(net::TlsProfile::strict, contexts.ca_file_);
    if (!strict) return std::move(strict).error();
    auto legacy = net::make_tls_context(net::TlsProfile::legacy, contexts.ca_file_);
    if (!legacy) return std::move(legacy).error();
    contexts.strict_ = std::move(*strict);
    contexts.legacy_ = std::move(*legacy);
    return contexts;
}

Result<TlsContexts::Context>
TlsContexts::get(const Target& target, const Credential& credential, net::TlsProfile profile) {
    if (target.winrm.auth != WinRmAuth::certificate) {
        return profile == net::TlsProfile::legacy ? legacy_ : strict_;
    }
    const auto* certificate = std::get_if<ClientCertificate>(&credential.proof);
    if (certificate == nullptr) {
        return Error(
                   Phase::config,
                   Errc::unsupported,
                   "auth: certificate needs a credential that is one"
        )
            .with_hint("credentials: { NAME: { certificate: { file: ... }, key: { file: ... } } }");
    }
    const auto timing = target.winrm.post_handshake_auth ? net::CertificateTiming::post_handshake
                                                         : net::CertificateTiming::renegotiation;
    const Key key(credential.name, profile, timing);
    auto known = by_credential_.find(key);
    if (known == by_credential_.end()) {
        auto made = net::make_client_context(profile, ca_file_, *certificate, timing);
        known = by_credential_.emplace(key, std::move(made)).first;
    }
    return known->second;
}

} // namespace rdpsweep::winrm
