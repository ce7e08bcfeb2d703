// Gives tokens, to applications and through the metadata service, and knows those it gave.
#include "core/digest.hpp"
#include "tests/simfleet/azure/arm_answer.hpp"
#include "tests/simfleet/azure/arm_url.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <ctime>

namespace simfleet {

using nlohmann::json;

namespace {

// The first version, which the metadata service has too, writes numbers as strings and says when
// the token ends (recorded traffic).
void as_first_version(HttpResponse& response, const std::string& resource) {
    auto body = json::parse(response.body);
    const auto life = body["expires_in"].get<std::int64_t>();
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    for (const auto* key : {"expires_in", "ext_expires_in"})
        body[key] = std::to_string(life);
    body["expires_on"] = std::to_string(now + life);
    body["not_before"] = std::to_string(now - 300);
    body["resource"] = resource;
    response.body = body.dump();
}

} // namespace

HttpResponse ArmFace::issue() {
    const auto token = "sim." + std::to_string(++issued_) + "." + rdpsweep::random_hex128();
    tokens_[token] = now_() + std::chrono::seconds(policy_.token_life);
    return json_answer(
        200,
        {{"token_type", "Bearer"},
         {"expires_in", policy_.token_life},
         {"ext_expires_in", policy_.token_life},
         {"access_token", token}}
    );
}

// second: of the second version, which asks for a scope where the first asks for a resource.
HttpResponse
ArmFace::give_token(const HttpRequest& request, const std::string& tenant, bool second) {
    if (request.header("authorization") != nullptr) {
        stats_.violation("an Authorization header at the token endpoint");
    }
    auto form = fields_of(request.body);
    const auto refuse = [](const char* code, const std::string& words) {
        return json_answer(
            401, {{"error", code}, {"error_description", words + "\r\nTrace ID: 0"}}
        );
    };
    if (tenant != policy_.tenant) {
        return refuse("invalid_request", "AADSTS90002: Tenant '" + tenant + "' not found.");
    }
    if (!second && form["resource"].empty()) {
        return refuse("invalid_request", "AADSTS900144: The request body must contain 'resource'.");
    }
    if (second && !form["scope"].ends_with("/.default")) {
        return refuse("invalid_scope", "AADSTS1002012: The provided value for scope is not valid.");
    }
    const bool known = rdpsweep::iequals(form["client_id"], policy_.client) &&
                       form["client_secret"] == policy_.secret &&
                       form["grant_type"] == "client_credentials";
    if (!known) {
        return refuse("invalid_client", "AADSTS7000215: Invalid client secret provided.");
    }
    auto response = issue();
    if (!second) as_first_version(response, form["resource"]);
    return response;
}

HttpResponse ArmFace::give_adfs_token(const HttpRequest& request) {
    auto form = fields_of(request.body);
    if (rdpsweep::iequals(form["client_id"], policy_.client) &&
        form["client_secret"] == policy_.secret) {
        return issue();
    }
    return json_answer(401, {{"error", "invalid_client"}, {"error_description", "MSIS9622"}});
}

HttpResponse ArmFace::answer_metadata(const HttpRequest& request) {
    const Url url(request.target);
    const auto* metadata = request.header("metadata");
    const auto refuse = [](const char* why) {
        return json_answer(400, {{"error", "invalid_request"}, {"error_description", why}});
    };
    // Microsoft's clients end the path with a slash.
    const bool token = url.parts.size() == 4 && url.is(0, "metadata") && url.is(1, "identity") &&
                       url.is(2, "oauth2") && url.is(3, "token");
    if (!token) return json_answer(404, json::object());
    if (metadata == nullptr || !rdpsweep::iequals(*metadata, "true")) {
        return refuse("Required metadata header not specified");
    }
    if (url.value("api-version").empty()) return refuse("Required query variable 'api-version'");
    if (url.value("resource").empty()) return refuse("Required query variable 'resource'");
    // The VM's own identity, unless one is named.
    const auto client = url.value("client_id");
    if (!client.empty() && !rdpsweep::iequals(client, policy_.client)) {
        return refuse("Identity not found");
    }
    auto response = issue();
    as_first_version(response, url.value("resource"));
    auto body = json::parse(response.body);
    body["client_id"] = policy_.client;
    response.body = body.dump();
    return response;
}

bool ArmFace::knows(const HttpRequest& request) {
    const auto* given = request.header("authorization");
    constexpr std::string_view scheme = "Bearer ";
    return given != nullptr && given->starts_with(scheme) &&
           knows_token(given->substr(scheme.size()));
}

bool ArmFace::knows_token(const std::string& token) const {
    const auto found = tokens_.find(token);
    return found != tokens_.end() && now_() < found->second;
}

} // namespace simfleet
