// Says where tokens are had: OpenID's configuration of each tenant, and who an authority is.
#include "tests/simfleet/azure/arm_answer.hpp"
#include "tests/simfleet/azure/arm_url.hpp"

#include <nlohmann/json.hpp>

namespace simfleet {

using nlohmann::json;

namespace {

// "TENANT/.well-known/openid-configuration", with v2.0 before it or without.
bool asks_for_configuration(const std::vector<std::string>& parts, bool& second) {
    const auto from = parts.size();
    second = from == 4 && rdpsweep::iequals(parts[1], "v2.0");
    return (from == 3 || second) && rdpsweep::iequals(parts[from - 2], ".well-known") &&
           rdpsweep::iequals(parts[from - 1], "openid-configuration");
}

} // namespace

std::optional<HttpResponse> ArmFace::discover(const Url& url) const {
    const auto& base = policy_.base;
    // An authority as of ADFS, which is what azure-cli accepts beside Microsoft's own.
    if (url.path == "/adfs/.well-known/openid-configuration") {
        return json_answer(
            200,
            {{"issuer", base + "/adfs"},
             {"authorization_endpoint", base + "/adfs/oauth2/authorize"},
             {"token_endpoint", base + "/adfs/oauth2/token"}}
        );
    }
    const auto host = base.substr(base.find("//") + 2);
    if (url.is(0, "common") && url.is(1, "discovery") && url.is(2, "instance")) {
        return json_answer(
            200,
            {{"tenant_discovery_endpoint",
              base + "/" + policy_.tenant + "/v2.0/.well-known/openid-configuration"},
             {"api-version", "1.1"},
             {"metadata",
              json::array(
                  {{{"preferred_network", host},
                    {"preferred_cache", host},
                    {"aliases", json::array({host})}}}
              )}}
        );
    }
    if (url.parts.size() == 4 && url.is(1, "discovery") && url.is(3, "keys")) {
        return json_answer(200, {{"keys", json::array()}}); // its tokens are nobody else's to read
    }
    bool second = false;
    if (!asks_for_configuration(url.parts, second)) return {};
    return configuration(url.parts[0], second);
}

HttpResponse ArmFace::configuration(const std::string& tenant, bool second) const {
    // Names that stand for any tenant.
    bool known = rdpsweep::iequals(tenant, policy_.tenant);
    for (const auto* any : {"common", "organizations"})
        known = known || rdpsweep::iequals(tenant, any);
    if (!known) {
        return json_answer(
            400,
            {{"error", "invalid_tenant"},
             {"error_description", "AADSTS90002: Tenant '" + tenant + "' not found."},
             {"error_codes", json::array({90002})}}
        );
    }
    const auto place = policy_.base + "/" + tenant;
    const std::string version = second ? "/v2.0" : "";
    return json_answer(
        200,
        {{"issuer", policy_.base + "/" + policy_.tenant + version},
         {"authorization_endpoint", place + "/oauth2" + version + "/authorize"},
         {"token_endpoint", place + "/oauth2" + version + "/token"},
         {"token_endpoint_auth_methods_supported",
          json::array({"client_secret_post", "private_key_jwt", "client_secret_basic"})},
         {"jwks_uri", place + "/discovery" + (second ? version : "/v1.0") + "/keys"},
         {"device_authorization_endpoint", place + "/oauth2" + version + "/devicecode"},
         {"end_session_endpoint", place + "/oauth2" + version + "/logout"},
         {"response_types_supported", json::array({"code", "id_token"})},
         {"subject_types_supported", json::array({"pairwise"})},
         {"id_token_signing_alg_values_supported", json::array({"RS256"})},
         {"scopes_supported", json::array({"openid", "profile", "email", "offline_access"})},
         {"tenant_region_scope", "EU"},
         {"cloud_instance_name", policy_.base.substr(policy_.base.find("//") + 2)}}
    );
}

} // namespace simfleet
