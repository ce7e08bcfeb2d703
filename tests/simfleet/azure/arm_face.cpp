// Routes each request to the service it is for, once its token and the quota let it through.
#include "tests/simfleet/azure/arm_face.hpp"

#include "core/digest.hpp"
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "tests/simfleet/azure/arm_answer.hpp"
#include "tests/simfleet/azure/kusto.hpp"
#include "tests/simfleet/serial/console_gateway.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace simfleet {

using nlohmann::json;
using rdpsweep::ascii_lower;
using rdpsweep::iequals;

namespace {

constexpr std::size_t graph_most_rows = 1000;
constexpr std::size_t graph_usual_rows = 100;

std::string percent_decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte =
            text[i] == '%' ? rdpsweep::hex_decode(text.substr(i + 1, 2)) : std::nullopt;
        plain += byte ? byte->front() : text[i] == '+' ? ' ' : text[i];
        if (byte) i += 2;
    }
    return plain;
}

std::map<std::string, std::string> fields_of(std::string_view text) {
    std::map<std::string, std::string> fields;
    for (const auto& pair : rdpsweep::split(text, '&')) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos) continue;
        fields[ascii_lower(percent_decoded(pair.substr(0, equals)))] =
            percent_decoded(pair.substr(equals + 1));
    }
    return fields;
}

std::size_t number_of(const std::string& text, std::size_t usual) {
    std::size_t value = usual;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

} // namespace

struct ArmFace::Url {
    std::vector<std::string> parts;           // of the path, as written
    std::map<std::string, std::string> query; // keys in small letters
    std::string path;

    explicit Url(const std::string& target) {
        const auto mark = target.find('?');
        path = target.substr(0, mark);
        for (auto& part : rdpsweep::split(path, '/'))
            if (!part.empty()) parts.push_back(percent_decoded(part));
        if (mark != std::string::npos) query = fields_of(target.substr(mark + 1));
    }

    [[nodiscard]] bool is(std::size_t at, std::string_view word) const {
        return at < parts.size() && iequals(parts[at], word);
    }

    [[nodiscard]] std::string value(const std::string& key) const {
        const auto found = query.find(key);
        return found == query.end() ? std::string() : found->second;
    }
};

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

HttpResponse ArmFace::list(const Url& url, const std::string& scope) {
    const auto numbers = resources_.scene().subscriptions;
    bool known = url.parts.size() == 1;
    for (std::size_t i = 0; i < numbers && !known; ++i)
        known = url.is(1, ArmResources::subscription_id(i));
    if (!known) {
        return arm_failure(
            404, "SubscriptionNotFound", "The subscription '" + scope + "' could not be found."
        );
    }
    auto answered = page(url, rows_of(url));
    answered.headers.emplace_back("x-ms-ratelimit-remaining-subscription-reads", "249");
    return answered;
}

// What a list holds, each row made when it is wanted: a page is made of few.
std::vector<std::function<std::string()>> ArmFace::rows_of(const Url& url) {
    std::vector<std::function<std::string()>> rows;
    const auto add = [&rows](auto make) { rows.emplace_back([make] { return make().dump(); }); };
    const auto& all = resources_;
    const bool messy = all.scene().messy;
    if (url.parts.size() == 1) {
        for (std::size_t i = 0; i < all.scene().subscriptions + (messy ? 1u : 0u); ++i)
            add([&all, i] { return all.subscription(i); });
        return rows;
    }
    std::size_t number = 0;
    while (!url.is(1, ArmResources::subscription_id(number)))
        ++number;
    if (url.is(6, "virtualMachineScaleSets")) {
        if (!messy) return rows;
        if (url.is(8, "virtualMachines")) add([&all, number] { return all.instance(number); });
        if (url.is(8, "networkInterfaces")) {
            add([&all, number] { return all.instance_interface(number); });
        }
        return rows;
    }
    if (url.is(3, "Microsoft.Authorization") && url.is(4, "locks")) {
        for (auto& lock : guards_.locks(number))
            add([lock] { return lock; });
        return rows;
    }
    const auto type = url.parts.size() > 4 ? ascii_lower(url.parts[4]) : std::string();
    const bool state = url.value("statusonly") == "true";
    if (type == "virtualmachinescalesets" && messy) {
        add([&all, number] { return all.scale_set(number); });
    }
    if (type == "virtualmachines" && messy && !state) {
        add([&all, number] { return all.linux_machine(number); });
    }
    for (std::size_t i = number; i < all.size(); i += all.scene().subscriptions) {
        if (type == "virtualmachines" && state) add([&all, i] { return all.machine_state(i); });
        if (type == "virtualmachines" && !state) add([&all, i] { return all.machine(i); });
        if (type == "networkinterfaces") add([&all, i] { return all.interface(i); });
        if (type == "publicipaddresses" && all.has_public_address(i)) {
            add([&all, i] { return all.public_address(i); });
        }
    }
    return rows;
}

HttpResponse ArmFace::page(const Url& url, std::vector<std::function<std::string()>> rows) {
    const auto begin = number_of(url.value("$skiptoken"), 0);
    const auto end = std::min(rows.size(), begin + policy_.page);
    std::string body = "{\"value\":[";
    for (auto i = begin; i < end; ++i)
        body += (i == begin ? "" : ",") + rows[i]();
    body += "]";
    if (end < rows.size()) {
        // To be used as it is: what stands in it is Azure's own business.
        std::string link = policy_.base + url.path + "?";
        for (const auto& [key, value] : url.query)
            if (key != "$skiptoken") link += key + "=" + value + "&";
        link += "%24skiptoken=" + std::to_string(end);
        body += ",\"nextLink\":" + json(link).dump();
    }
    auto response = json_answer(200, json::object());
    response.body = body + "}";
    return response;
}

HttpResponse ArmFace::ask_graph(const HttpRequest& request) {
    if (policy_.graph_forbidden) {
        return arm_failure(
            403,
            "AuthorizationFailed",
            "The client does not have authorization to perform action "
            "'Microsoft.ResourceGraph/resources/read'."
        );
    }
    const auto body = json::parse(request.body, nullptr, false);
    const auto query =
        body.is_object() ? Kusto::parse(body.value("query", std::string())) : std::nullopt;
    if (!query) {
        return json_answer(
            400,
            {{"error",
              {{"code", "BadRequest"},
               {"message", "Please provide below info when asking for support"},
               {"details",
                json::array({{{"code", "InvalidQuery"}, {"message", "Query is invalid"}}})}}}}
        );
    }
    const auto options = body.value("options", json::object());
    const auto wanted = body.value("subscriptions", std::vector<std::string>());
    const auto top = std::min(options.value("$top", graph_usual_rows), graph_most_rows);
    const auto begin = number_of(options.value("$skipToken", std::string()), 0);
    // In a messy scene the first VM is too new for Resource Graph.
    const auto hidden = resources_.scene().messy ? std::size_t{0} : resources_.size();
    json rows = json::array();
    std::size_t total = 0;
    const auto consider = [&](const json& resource) {
        if (!query->accepts(resource)) return;
        if (total >= begin && rows.size() < top) rows.push_back(query->project(resource));
        ++total;
    };
    for (std::size_t i = 0; i < resources_.size(); ++i) {
        const auto id = ArmResources::subscription_id(resources_.subscription_of(i));
        if (std::find(wanted.begin(), wanted.end(), id) == wanted.end()) continue;
        if (i != hidden) consider(resources_.graph_machine(i));
        auto nic = resources_.interface(i);
        nic["type"] = "microsoft.network/networkinterfaces";
        consider(nic);
        if (!resources_.has_public_address(i)) continue;
        auto address = resources_.public_address(i);
        address["type"] = "microsoft.network/publicipaddresses";
        consider(address);
    }
    const auto next = begin + rows.size();
    const bool more = next < total && query->projects_id() && query->ordered();
    if (!query->ordered()) stats_.violation("a Resource Graph query that is not ordered");
    json answer{
        {"totalRecords", total},
        {"count", rows.size()},
        {"data", rows},
        {"facets", json::array()},
        // A string, and "false" on inner pages too.
        {"resultTruncated", next < total && !more ? "true" : "false"}};
    if (more) answer["$skipToken"] = std::to_string(next);
    auto response = json_answer(200, answer);
    response.headers.emplace_back("x-ms-user-quota-remaining", "14");
    response.headers.emplace_back("x-ms-user-quota-resets-after", "00:00:05");
    return response;
}

} // namespace simfleet
