// Lists what a subscription holds, page by page, and answers Resource Graph.
#include "core/text.hpp"
#include "tests/simfleet/azure/arm_answer.hpp"
#include "tests/simfleet/azure/arm_url.hpp"
#include "tests/simfleet/azure/kusto.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace simfleet {

using nlohmann::json;
using rdpsweep::ascii_lower;

namespace {

constexpr std::size_t graph_most_rows = 1000;
constexpr std::size_t graph_usual_rows = 100;

} // namespace

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
