// Gives what takes time an address to ask at: an operation ends as its resource does.
#include "core/digest.hpp"
#include "core/text.hpp"
#include "tests/simfleet/azure/arm_answer.hpp"
#include "tests/simfleet/azure/arm_url.hpp"

#include <nlohmann/json.hpp>

namespace simfleet {

using nlohmann::json;

namespace {

json state_of(const HttpResponse& answer) {
    const auto body = json::parse(answer.body, nullptr, false);
    if (!body.is_object()) return nullptr;
    return body.value("/properties/provisioningState"_json_pointer, json());
}

} // namespace

// Adds the links of Azure's two ways to ask to an answer that begins something.
HttpResponse ArmFace::watched(HttpResponse begun, const Url& url) {
    if (begun.status != 201 && begun.status != 202) return begun;
    const auto id = rdpsweep::random_hex128();
    operations_[id] = url.path;
    const bool disks = url.is(6, "snapshots");
    const auto link = policy_.base + "/subscriptions/" + url.parts[1] + "/providers/" +
                      url.parts[5] + "/locations/westeurope/" +
                      (disks ? "DiskOperations/" : "operations/") + id +
                      "?p=" + std::string(3000, 'c');
    const auto version = "&api-version=" + url.value("api-version");
    begun.headers.emplace_back("Azure-AsyncOperation", link + version);
    begun.headers.emplace_back("Location", link + "&monitor=true" + version);
    begun.headers.emplace_back("Retry-After", "1");
    return begun;
}

HttpResponse ArmFace::ask_operation(const std::string& id, bool monitor) {
    if (auto access = snapshots_.ask(id, monitor)) return *std::move(access);
    const auto found = operations_.find(id);
    if (found == operations_.end()) {
        return arm_failure(404, "NotFound", "The operation was not found.");
    }
    HttpRequest look;
    look.method = "GET";
    const auto resource = of_resource(look, Url(found->second));
    const bool gone = resource.status == 404;
    const auto state = gone ? json("Succeeded") : state_of(resource);
    const bool failed = state == "Failed";
    if (state == "Succeeded" || failed) {
        if (monitor && !failed) {
            return gone ? json_answer(204, nullptr) : json_answer(200, json::parse(resource.body));
        }
        json told{{"status", state}};
        if (failed) {
            told["error"] = {{"code", "InternalServerError"}, {"message", "An error occurred."}};
        }
        return json_answer(200, told);
    }
    auto running =
        monitor ? json_answer(202, nullptr) : json_answer(200, {{"status", "InProgress"}});
    running.headers.emplace_back("Retry-After", "1");
    return running;
}

} // namespace simfleet
