// Routes each request to the service it is for, once its token and the quota let it through.
#include "tests/simfleet/azure/arm_face.hpp"

#include "core/text.hpp"
#include "tests/simfleet/azure/arm_answer.hpp"
#include "tests/simfleet/azure/arm_url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace simfleet {

using rdpsweep::ascii_lower;

namespace {

// Returns the action that a role has to allow, in small letters: "microsoft.compute/disks/read".
// Empty where no provider is asked.
std::string action_of(const std::string& method, const std::vector<std::string>& parts) {
    std::size_t at = 0;
    while (at < parts.size() && !rdpsweep::iequals(parts[at], "providers"))
        ++at;
    if (at + 1 >= parts.size()) return {};
    auto action = parts[at + 1];
    for (at += 2; at < parts.size(); at += 2)
        action += "/" + parts[at];
    const bool query = rdpsweep::iequals(parts.back(), "resources"); // of Resource Graph
    action += method == "GET" || query ? "/read"
              : method == "POST"       ? "/action"
              : method == "DELETE"     ? "/delete"
                                       : "/write";
    return ascii_lower(action);
}

HttpResponse no_such_type() {
    return arm_failure(404, "InvalidResourceType", "The resource type could not be found.");
}

} // namespace

HttpResponse ArmFace::answer(const HttpRequest& request) {
    const Url url(request.target);
    stats_.request(0, "arm");
    if (url.is(1, "oauth2") && url.is(url.parts.size() - 1, "token") && !url.is(0, "adfs")) {
        const bool second = url.parts.size() == 4 && url.is(2, "v2.0");
        if (second || url.parts.size() == 3) return give_token(request, url.parts[0], second);
    }
    if (url.path == "/adfs/oauth2/token" || url.path == "/adfs/oauth2/token/") {
        return give_adfs_token(request);
    }
    if (auto found = discover(url)) return *std::move(found);
    if (url.parts.size() == 2 && url.is(1, "abcd") && url.parts[0].starts_with("md-")) {
        return snapshots_.give_range(request, url.parts[0], url.value("sig"));
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
    try {
        return manage(request, url);
    } catch (const nlohmann::json::exception&) {
        return arm_failure(400, "InvalidRequestContent", "The request content was invalid.");
    }
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

// Azure's limits for one principal in one subscription (2024): 250 reads at once and 25 a second,
// 200 writes and 10 a second, and as many deletes.
bool ArmFace::beyond_limits(
    const std::string& method, const std::string& key, HttpResponse& refused
) {
    if (!policy_.limits) return false;
    const bool reads = method == "GET";
    const double most = reads ? 250 : 200;
    const double a_second = reads ? 25 : 10;
    const auto kind = reads ? "read " : method == "DELETE" ? "delete " : "write ";
    const auto now = now_();
    const auto [at, fresh] = buckets_.try_emplace(kind + key, Bucket{most, now});
    auto& bucket = at->second;
    const std::chrono::duration<double> gone = now - bucket.filled;
    bucket.left = std::min(most, bucket.left + gone.count() * a_second);
    bucket.filled = now;
    if (bucket.left >= 1) {
        bucket.left -= 1;
        return false;
    }
    stats_.request(0, "arm limit tripped");
    refused = arm_failure(429, "SubscriptionRequestsThrottled", "The request is being throttled.");
    refused.headers.emplace_back("Retry-After", "1");
    return true;
}

HttpResponse ArmFace::manage(const HttpRequest& request, const Url& url) {
    const bool graph = url.is(0, "providers") && url.is(1, "Microsoft.ResourceGraph");
    // Reads and writes are counted apart.
    const auto scope = url.parts.size() > 1 ? ascii_lower(url.parts[1]) : std::string("tenant");
    const auto key = graph ? "graph" : request.method + " " + scope;
    stats_.request(0, "arm " + request.method);
    if (const auto action = action_of(request.method, url.parts); !action.empty())
        stats_.request(0, "action " + action);
    HttpResponse busy;
    if (too_busy(key, busy) || (!graph && beyond_limits(request.method, scope, busy))) return busy;
    if (graph && url.is(2, "resources") && request.method == "POST") {
        return ask_graph(request, url.value("api-version"));
    }
    const bool tenants = url.is(0, "tenants") && url.parts.size() == 1;
    if (tenants && request.method == "GET") {
        return page(url, {[this] {
                        return nlohmann::json{
                            {"id", "/tenants/" + policy_.tenant},
                            {"tenantId", policy_.tenant},
                            {"tenantCategory", "Home"},
                            {"tenantType", "AAD"},
                            {"countryCode", "CH"},
                            {"displayName", "Simulated"},
                            {"defaultDomain", "simulated.onmicrosoft.com"},
                            {"domains", {"simulated.onmicrosoft.com"}}}
                            .dump();
                    }});
    }
    if (!url.is(0, "subscriptions")) return no_such_type();
    if (url.is(2, "resourceGroups") && url.parts.size() > 3) return of_group(request, url);
    if (url.is(2, "operations") && url.parts.size() == 4) {
        return run_command_.ask(url.parts[3], url.value("monitor") == "true");
    }
    if (url.is(4, "locations") && url.parts.size() > 6) return of_location(request, url);
    if (url.is(3, "Microsoft.SerialConsole") && url.is(5, "default") && consoles_ != nullptr) {
        return json_answer(200, {{"properties", {{"disabled", policy_.console_disabled}}}});
    }
    return request.method == "GET" ? list(url) : no_such_type();
}

// /subscriptions/S/resourceGroups/G and what is below it.
HttpResponse ArmFace::of_group(const HttpRequest& request, const Url& url) {
    const auto number = subscription_of(url);
    if (!number || !has_group(*number, url.parts[3])) {
        return arm_failure(
            404,
            "ResourceGroupNotFound",
            "Resource group '" + url.parts[3] + "' could not be found."
        );
    }
    const bool locks = url.is(url.parts.size() - 2, "Microsoft.Authorization");
    const bool single = url.is(4, "providers") && url.parts.size() > 7 && !locks;
    const bool of_set = single && url.is(6, "virtualMachineScaleSets");
    if (single && !of_set) return of_resource(request, url);
    return request.method == "GET" ? list(url) : no_such_type();
}

// One resource of a group; also what an operation looks at.
HttpResponse ArmFace::of_resource(const HttpRequest& request, const Url& url) {
    if (url.is(5, "Microsoft.Network")) {
        return watched(network_.answer(request, url.parts), url);
    }
    if (!url.is(5, "Microsoft.Compute")) return no_such_type();
    if (url.is(6, "virtualMachines")) return of_machine(request, url);
    if (url.is(6, "snapshots") && url.parts.size() == 9) {
        return snapshots_.act(request, url.path.substr(0, url.path.rfind('/')), url.parts[8]);
    }
    if (url.parts.size() != 8) return no_such_type();
    if (url.is(6, "snapshots")) {
        return watched(snapshots_.of_snapshot(request, url.path), url);
    }
    const auto disk = url.is(6, "disks") ? resources_.find_disk(url.path) : std::nullopt;
    if (disk && request.method == "GET") return json_answer(200, resources_.disk(*disk));
    return arm_failure(
        404,
        "ResourceNotFound",
        "The Resource 'Microsoft.Compute/" + url.parts[6] + "/" + url.parts[7] + "' was not found."
    );
}

// .../providers/NAMESPACE/locations/PLACE/...: operations, and the commands that a region has.
HttpResponse ArmFace::of_location(const HttpRequest& request, const Url& url) {
    if (request.method != "GET") return no_such_type();
    const bool operation = url.is(6, "operations") || url.is(6, "DiskOperations");
    if (operation && url.parts.size() == 8) {
        return ask_operation(url.parts[7], url.value("monitor") == "true");
    }
    if (!url.is(6, "runCommands")) return no_such_type();
    if (url.parts.size() == 7) {
        Rows rows;
        for (const auto& each : ArmRunCommand::documents())
            rows.emplace_back([each] { return each.dump(); });
        return page(url, rows);
    }
    const auto document = ArmRunCommand::document(url.parts[7]);
    return document.is_null() ? no_such_type() : json_answer(200, document);
}

} // namespace simfleet
