// Answers of Resource Manager that may be large: lists and questions to Resource Graph, which come
// in pages, and what names all of its parts.
#include "core/idle_exchanges.hpp"
#include "core/json.hpp"
#include "transports/azure/arm.hpp"
#include "transports/azure/fields.hpp"

namespace rdpsweep::azure {

namespace {

constexpr std::size_t most_pages = 10'000;
constexpr JsonLimits page_limits{limits::azure_page_bytes, 32, 2'000'000};

// Pages of one list: one without a row is idle.
constexpr IdleRules list_rules{.worth = 1, .most_idle = 64, .most = most_pages};

Error endless_list() {
    return {Phase::inventory, Errc::output_limit, "a list of Azure's takes more than 256 MiB"};
}

} // namespace

Task<Result<RestAnswer>> Arm::get_page(std::string path, HostDeadline& deadline) {
    co_return co_await get_most(std::move(path), limits::azure_page_bytes, deadline);
}

Task<Result<nlohmann::json>> Arm::get_large_json(std::string path, HostDeadline& deadline) {
    auto answer = co_await get_most(std::move(path), limits::question_bytes, deadline);
    if (!answer) co_return std::move(answer).error();
    co_return parse_json(answer->body, Phase::inventory, page_limits);
}

Task<Result<nlohmann::json>>
Arm::post_query(std::string path, std::string body, std::string quota_key, HostDeadline& deadline) {
    Call call;
    call.request.method = "POST";
    call.request.url = cloud_.arm + path;
    call.request.body = std::move(body);
    call.request.most_bytes = limits::azure_page_bytes;
    call.request.headers.emplace_back("Content-Type", "application/json");
    call.key = std::move(quota_key);
    call.quota = quotas::graph;
    auto answer = co_await perform(std::move(call), deadline);
    if (!answer) co_return std::move(answer).error();
    co_return parse_json(answer->body, Phase::inventory, page_limits);
}

Task<Status> Arm::list(std::string path, VisitRow visit, HostDeadline& deadline) {
    IdleExchanges pages(list_rules);
    std::size_t bytes = 0;
    while (!path.empty()) {
        auto answer = co_await get_page(path, deadline);
        if (!answer) co_return std::move(answer).error();
        bytes += answer->body.size();
        if (bytes > limits::azure_list_bytes) co_return endless_list();
        auto page = parse_json(answer->body, Phase::inventory, page_limits);
        if (!page) co_return std::move(page).error();
        const auto& rows = field(*page, "value");
        if (!rows.is_array()) {
            co_return Error(Phase::inventory, Errc::malformed_output, "Azure's list has no rows");
        }
        for (const auto& row : rows)
            visit(row);
        auto next = text(*page, "nextLink");
        if (next == path) break;
        path = std::move(next);
        if (path.empty()) break;
        auto paced = co_await pages.pass(rows.size(), deadline);
        if (!paced) co_return std::move(paced).error().in_phase(Phase::inventory);
    }
    co_return Status();
}

} // namespace rdpsweep::azure
