// Holds the two forms of an answer, so that every service behind Resource Manager gives the same.
#include "tests/simfleet/azure/arm_answer.hpp"

#include <nlohmann/json.hpp>

namespace simfleet {

using nlohmann::json;

HttpResponse json_answer(unsigned status, const json& body) {
    HttpResponse response;
    response.status = status;
    // A 204 has no body, and a client takes what follows for the next answer.
    if (status != 204 && !body.is_null()) {
        response.content_type = "application/json; charset=utf-8";
        response.body = body.dump();
    }
    response.headers.emplace_back("x-ms-request-id", "5e000000-0000-4000-8000-000000000001");
    response.headers.emplace_back(
        "Strict-Transport-Security", "max-age=31536000; includeSubDomains"
    );
    return response;
}

HttpResponse arm_failure(unsigned status, const std::string& code, const std::string& message) {
    return json_answer(status, {{"error", {{"code", code}, {"message", message}}}});
}

} // namespace simfleet
