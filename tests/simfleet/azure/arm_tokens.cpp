// Gives tokens, to applications and through the metadata service, and knows those it gave.
#include "core/digest.hpp"
#include "tests/simfleet/azure/arm_answer.hpp"
#include "tests/simfleet/azure/arm_url.hpp"

#include <nlohmann/json.hpp>

namespace simfleet {

using nlohmann::json;

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

HttpResponse ArmFace::give_token(const HttpRequest& request, const std::string& tenant) {
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
    if (!form["scope"].ends_with("/.default")) {
        return refuse("invalid_scope", "AADSTS1002012: The provided value for scope is not valid.");
    }
    const bool known = form["client_id"] == policy_.client &&
                       form["client_secret"] == policy_.secret &&
                       form["grant_type"] == "client_credentials";
    if (!known) {
        return refuse("invalid_client", "AADSTS7000215: Invalid client secret provided.");
    }
    return issue();
}

HttpResponse ArmFace::give_adfs_token(const HttpRequest& request) {
    auto form = fields_of(request.body);
    if (form["client_id"] == policy_.client && form["client_secret"] == policy_.secret) {
        return issue();
    }
    return json_answer(401, {{"error", "invalid_client"}, {"error_description", "MSIS9622"}});
}

HttpResponse ArmFace::answer_metadata(const HttpRequest& request) {
    const Url url(request.target);
    const auto* metadata = request.header("metadata");
    if (url.path != "/metadata/identity/oauth2/token") return json_answer(404, json::object());
    if (metadata == nullptr || *metadata != "true") {
        return json_answer(
            400, {{"error", "invalid_request"}, {"error_description", "Required metadata header"}}
        );
    }
    if (url.value("resource").empty() || url.value("api-version").empty()) {
        return json_answer(400, {{"error", "invalid_request"}});
    }
    auto response = issue();
    // The metadata service writes numbers as strings (recorded traffic).
    auto body = json::parse(response.body);
    body["expires_in"] = std::to_string(policy_.token_life);
    body.erase("ext_expires_in");
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
