// Answers Resource Graph: a query over the resources of subscriptions, in either of its formats.
#include "tests/simfleet/azure/arm_answer.hpp"
#include "tests/simfleet/azure/arm_url.hpp"
#include "tests/simfleet/azure/kusto.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace simfleet {

using nlohmann::json;

namespace {

constexpr std::size_t most_rows = 1000;
constexpr std::size_t usual_rows = 100;
// From which version on rows are objects unless a client asks otherwise.
constexpr std::string_view objects_since = "2020-04-01";

// The columns of a row that no step of a query has changed.
const std::vector<std::string>& usual_columns() {
    static const std::vector<std::string> all{
        "id",
        "name",
        "type",
        "tenantId",
        "kind",
        "location",
        "resourceGroup",
        "subscriptionId",
        "plan",
        "sku",
        "tags",
        "properties",
        "zones"};
    return all;
}

const char* type_of(const json& value) {
    if (value.is_string()) return "string";
    if (value.is_boolean()) return "boolean";
    if (value.is_number_integer()) return "integer";
    return value.is_number() ? "number" : "object";
}

// By the first row that has a value in the column; text where none has.
const char* column_type(const json& rows, const std::string& name) {
    for (const auto& row : rows) {
        const auto found = row.find(name);
        if (found != row.end() && !found->is_null()) return type_of(*found);
    }
    return "string";
}

json as_table(const json& rows, const std::vector<std::string>& names) {
    auto columns = json::array();
    for (const auto& name : names)
        columns.push_back({{"name", name}, {"type", column_type(rows, name)}});
    auto cells = json::array();
    for (const auto& row : rows) {
        auto line = json::array();
        for (const auto& name : names)
            line.push_back(row.value(name, json()));
        cells.push_back(std::move(line));
    }
    return {{"columns", columns}, {"rows", cells}};
}

HttpResponse invalid_query() {
    return json_answer(
        400,
        {{"error",
          {{"code", "BadRequest"},
           {"message", "Please provide below info when asking for support"},
           {"details",
            json::array({{{"code", "InvalidQuery"}, {"message", "Query is invalid"}}})}}}}
    );
}

// Whether the client is rdpsweep: Microsoft's own say what they are.
bool is_ours(const HttpRequest& request) {
    const auto* agent = request.header("user-agent");
    return agent == nullptr || agent->starts_with("rdpsweep") || agent->starts_with("cpprestsdk");
}

// What a body asks for beside its query.
struct GraphOptions {
    std::vector<std::string> subscriptions; // none: each that the client may read
    std::size_t top = usual_rows;
    std::size_t begin = 0;
    bool table = false;

    GraphOptions(const json& body, const std::string& version) {
        const auto options = body.value("options", json::object());
        subscriptions = body.value("subscriptions", std::vector<std::string>());
        top = std::min(options.value("$top", usual_rows), most_rows);
        begin = options.value("$skip", std::size_t{0});
        const auto token = options.value("$skipToken", std::string());
        if (!token.empty()) begin = number_of(token, 0);
        const char* usual = version < objects_since ? "table" : "objectArray";
        table = options.value("resultFormat", std::string(usual)) == "table";
    }

    [[nodiscard]] bool wants(const std::string& subscription) const {
        return subscriptions.empty() ||
               std::find(subscriptions.begin(), subscriptions.end(), subscription) !=
                   subscriptions.end();
    }
};

} // namespace

void ArmFace::visit_graph(
    const std::string& table, const Wanted& wants, const std::function<void(json)>& visit
) {
    for (std::size_t s = 0; s < resources_.scene().subscriptions; ++s) {
        if (!wants(ArmResources::subscription_id(s))) continue;
        const auto each = [&](json resource) {
            visit(ArmResources::graph_row(std::move(resource), policy_.tenant));
        };
        if (table == "resourcecontainers") {
            for (const auto& group : resources_.groups(s))
                each(group);
            continue;
        }
        if (resources_.scene().messy) each(resources_.linux_machine(s));
        for (const auto& snapshot : snapshots_.snapshots(s, {}))
            each(snapshot);
        for (std::size_t i = s; i < resources_.size(); i += resources_.scene().subscriptions) {
            // In a messy scene the first VM is too new for Resource Graph.
            const bool hidden = resources_.scene().messy && i == 0;
            if (!hidden) each(resources_.graph_machine(i));
            each(resources_.interface(i));
            each(resources_.disk(i));
            if (resources_.has_public_address(i)) each(resources_.public_address(i));
        }
    }
}

HttpResponse ArmFace::ask_graph(const HttpRequest& request, const std::string& version) {
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
    if (!query) return invalid_query();
    if (is_ours(request) && !query->ordered()) {
        stats_.violation("a Resource Graph query that is not ordered");
    }
    const GraphOptions options(body, version);
    const auto wants = [&options](const std::string& id) { return options.wants(id); };
    const auto all = query->run([&](const std::function<void(json)>& visit) {
        visit_graph(query->table(), wants, visit);
    });
    const auto begin = std::min(options.begin, all.size());
    const auto end = std::min(all.size(), begin + options.top);
    json rows = json::array();
    for (auto i = begin; i < end; ++i)
        rows.push_back(all[i]);
    const bool more = end < all.size() && query->has_pages();
    json answer{
        {"totalRecords", all.size()},
        {"count", rows.size()},
        {"facets", json::array()},
        // A string, and "false" on inner pages too.
        {"resultTruncated", end < all.size() && !more ? "true" : "false"}};
    const auto& names = query->columns().empty() ? usual_columns() : query->columns();
    answer["data"] = options.table ? as_table(rows, names) : std::move(rows);
    if (more) answer["$skipToken"] = std::to_string(end);
    auto response = json_answer(200, answer);
    response.headers.emplace_back("x-ms-user-quota-remaining", "14");
    response.headers.emplace_back("x-ms-user-quota-resets-after", "00:00:05");
    return response;
}

} // namespace simfleet
