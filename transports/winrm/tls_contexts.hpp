// The TLS contexts of a sweep: two for all hosts, and one more for each client certificate.
#pragma once

#include "core/secret.hpp"
#include "core/target.hpp"
#include "transports/net/client_certificate.hpp"

#include <map>
#include <memory>
#include <string>
#include <tuple>

namespace rdpsweep::winrm {

class TlsContexts {
public:
    using Context = std::shared_ptr<ssl_ctx_st>;

    // Makes the contexts. Error{config, ...} when the CA file cannot be read.
    static Result<TlsContexts> load(std::string ca_file);

    // Returns the context for target, made on the first call for its credential; a failure is
    // remembered.
    Result<Context>
    get(const Target& target, const Credential& credential, net::TlsProfile profile);

private:
    explicit TlsContexts(std::string ca_file) : ca_file_(std::move(ca_file)) {}

    using Key = std::tuple<std::string, net::TlsProfile, net::CertificateTiming>;

    std::string ca_file_;
    Context strict_;
    Context legacy_;
    std::map<Key, Result<Context>> by_credential_; // by its name
};

} // namespace rdpsweep::winrm
