// Tokens for an application: by secret, by certificate, or by a token of the platform it runs on
// (OAuth 2.0 client credentials, RFC 6749 section 4.4; assertions of RFC 7523).
#pragma once

#include "core/secret.hpp"
#include "transports/azure/cloud.hpp"
#include "transports/azure/rest.hpp"
#include "transports/azure/token_source.hpp"

#include <memory>
#include <string>
#include <variant>

namespace rdpsweep::azure {

struct ClientSecret {
    Secret value;
};

struct ClientCertificatePem {
    Secret pem; // certificate and RSA key
};

// Its content is read anew for each token: the platform replaces it.
struct FederatedTokenFile {
    std::string path;
};

struct ServicePrincipal {
    std::string tenant; // GUID or domain
    std::string client; // application id
    std::variant<FederatedTokenFile, ClientSecret, ClientCertificatePem> proof;
};

// Makes the source; rest and cloud must outlive it.
std::unique_ptr<TokenSource>
make_service_principal(Rest& rest, const Cloud& cloud, ServicePrincipal principal);

// Returns "client_id=...&scope=..." (application/x-www-form-urlencoded).
std::string form_encode(const Headers& fields);

} // namespace rdpsweep::azure
