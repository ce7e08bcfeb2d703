// Routes each request to the service it is for, once its token and the quota let it through.
#include "tests/simfleet/azure/arm_face.hpp"

#include "core/digest.hpp"
#include "core/text.hpp"
#include "tests/simfleet/azure/arm_answer.hpp"
#include "tests/simfleet/azure/arm_url.hpp"
#include "tests/simfleet/serial/console_gateway.hpp"

#include <nlohmann/json.hpp>

namespace simfleet {

using nlohmann::json;
using rdpsweep::ascii_lower;
using rdpsweep::iequals;

// A signed address is all that it takes; a token does not belong there.
HttpResponse ArmFace::give_blob(const HttpRequest& request, const Url& url) {
    if (request.header("authorization") != nullptr) {
        stats_.violation("a token of ours at a signed address");
    }
    const auto signature = signed_.find(url.parts[1]);
    HttpResponse response;
    if (signature == signed_.end() || signature->second != url.value("sig")) {
        response.status = 403;
        return response;
    }
    response.content_type = "text/plain";
    response.body = resources_.boot_log(number_of(url.parts[1], 0));
    return response;
}

HttpResponse ArmFace::answer(const HttpRequest& request) {
    const Url url(request.target);
    stats_.request(0, "arm");
    if (url.parts.size() == 4 && url.is(1, "oauth2") && url.is(3, "token")) {
        return give_token(request, url.parts[0]);
    }
    // An authority as of ADFS, which is what azure-cli accepts beside Microsoft's own.
    if (url.path == "/adfs/.well-known/openid-configuration") {
        return json_answer(
            200,
            {{"issuer", policy_.base + "/adfs"},
             {"authorization_endpoint", policy_.base + "/adfs/oauth2/authorize"},
             {"token_endpoint", policy_.base + "/adfs/oauth2/token"}}
        );
    }
    if (url.path == "/adfs/oauth2/token" || url.path == "/adfs/oauth2/token/") {
        return give_adfs_token(request);
    }
    if (url.is(0, "blob") && url.parts.size() == 2) return give_blob(request, url);
    if (!knows(request)) {
        auto refused = arm_failure(
            401,
            "ExpiredAuthenticationToken",
            "The access token expiry UTC time is earlier than now."
        );
        refused.headers.emplace_back(
            "WWW-Authenticate",
            R"(Bearer authorization_uri="https://login.windows.net/x", error="invalid_token")"
        );
        return refused;
    }
    if (url.value("api-version").empty()) {
        return arm_failure(
            400, "MissingApiVersionParameter", "The api-version query parameter is required."
        );
    }
    return manage(request, url);
}

bool ArmFace::too_busy(const std::string& key, HttpResponse& busy) {
    // What was on its way before our answer could arrive is not held against the client.
    constexpr std::chrono::milliseconds on_the_way{500};
    const auto now = now_();
    auto& closed = closed_[key];
    const bool early = now < closed.until;
    const bool turn = policy_.busy_every != 0 && ++calls_ % policy_.busy_every == 0;
    if (!early && !turn) return false;
    if (early && now - closed.since > on_the_way) {
        stats_.violation("a call before the time that Retry-After gave");
    }
    if (!early) closed.since = now;
    closed.until = now + std::chrono::seconds(1); // and anew for who comes too early
    busy = arm_failure(429, "TooManyRequests", "The request is being throttled.");
    busy.headers.emplace_back("Retry-After", "1");
    return true;
}

HttpResponse ArmFace::manage(const HttpRequest& request, const Url& url) {
    const bool graph = url.is(0, "providers") && url.is(1, "Microsoft.ResourceGraph");
    // Reads and writes are counted apart.
    const auto scope = url.parts.size() > 1 ? ascii_lower(url.parts[1]) : std::string("tenant");
    const auto key = graph ? "graph" : request.method + " " + scope;
    HttpResponse busy;
    if (too_busy(key, busy)) return busy;
    if (graph && request.method == "POST") return ask_graph(request);
    if (url.is(2, "resourceGroups") && url.is(4, "providers") && url.is(6, "virtualMachines")) {
        return of_machine(request, url);
    }
    if (url.is(3, "Microsoft.SerialConsole") && url.is(5, "default") && consoles_ != nullptr) {
        return json_answer(200, {{"properties", {{"disabled", policy_.console_disabled}}}});
    }
    if (url.is(5, "Microsoft.Compute") && url.is(6, "snapshots") && url.parts.size() == 8) {
        return guards_.of_snapshot(request, url.path);
    }
    if (url.is(2, "resourceGroups") && url.is(5, "Microsoft.Network") && url.parts.size() > 7) {
        return network_.answer(request, url.parts);
    }
    if (url.is(2, "operations") && url.parts.size() == 4) {
        return run_command_.ask(url.parts[3], url.value("monitor") == "true");
    }
    if (request.method != "GET" || !url.is(0, "subscriptions")) {
        return arm_failure(404, "InvalidResourceType", "The resource type could not be found.");
    }
    return list(url, scope);
}

// .../virtualMachines/NAME and what is below it.
HttpResponse ArmFace::of_machine(const HttpRequest& request, const Url& url) {
    const auto index = url.parts.size() > 7
                           ? resources_.find(url.parts[1], url.parts[3], url.parts[7])
                           : std::nullopt;
    if (!index) {
        return arm_failure(
            404,
            "ResourceNotFound",
            "The Resource 'Microsoft.Compute/virtualMachines' under resource group was not found."
        );
    }
    if (request.method == "POST" && url.is(8, "runCommand")) {
        if (resources_.stopped(*index)) {
            return arm_failure(
                409,
                "OperationNotAllowed",
                "Cannot modify extensions in the VM when the VM is not running."
            );
        }
        return run_command_.begin(*index, request, policy_.base + "/subscriptions/" + url.parts[1]);
    }
    if (request.method == "POST" && url.is(8, "retrieveBootDiagnosticsData")) {
        signed_[std::to_string(*index)] = rdpsweep::random_hex128();
        const auto link = policy_.base + "/blob/" + std::to_string(*index) +
                          "?sig=" + signed_[std::to_string(*index)];
        return json_answer(
            200, {{"consoleScreenshotBlobUri", link}, {"serialConsoleLogBlobUri", link}}
        );
    }
    if (url.is(9, "Microsoft.SerialConsole") && consoles_ != nullptr) {
        return of_console(request, url, *index);
    }
    if (request.method != "GET") return arm_failure(405, "MethodNotAllowed", "no");
    if (url.is(8, "instanceView")) return json_answer(200, resources_.instance_view(*index));
    return describe(*index, iequals(url.value("$expand"), "instanceView"));
}

HttpResponse ArmFace::describe(std::size_t index, bool with_view) const {
    auto machine = resources_.machine(index);
    if (with_view) machine["properties"]["instanceView"] = resources_.instance_view(index);
    if (consoles_ != nullptr) {
        using Gate = ConsoleScene::Gate;
        const auto gate = consoles_->scene(index).gate;
        auto& diagnostics = machine["properties"]["diagnosticsProfile"]["bootDiagnostics"];
        diagnostics["enabled"] = gate != Gate::no_diagnostics;
        if (gate == Gate::storage || gate == Gate::storage_gone) {
            diagnostics["storageUri"] = "https://bootdiag.blob.core.windows.net/";
        }
    }
    return json_answer(200, machine);
}

// .../serialPorts/0 and its connect. Nothing else of a port is for a scanner.
HttpResponse ArmFace::of_console(const HttpRequest& request, const Url& url, std::size_t index) {
    const bool port = url.is(10, "serialPorts") && url.is(11, "0");
    if (port && request.method == "GET") return consoles_->port_state(index);
    if (port && request.method == "POST" && url.is(12, "connect")) {
        return consoles_->connect(index, request);
    }
    stats_.violation("a change of a serial port");
    return arm_failure(405, "MethodNotAllowed", "no");
}

} // namespace simfleet
