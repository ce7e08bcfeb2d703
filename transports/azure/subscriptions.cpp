// Lists the subscriptions, and finds those that were named by name or id.
#include "transports/azure/subscriptions.hpp"

#include "core/foreign_text.hpp"
#include "core/text.hpp"
#include "transports/azure/fields.hpp"

#include <algorithm>

namespace rdpsweep::azure {

namespace {

Error unknown(const std::string& word, const std::vector<Subscription>& all) {
    std::vector<std::string_view> names;
    for (const auto& one : all)
        names.push_back(one.name);
    const auto near = nearest(word, names);
    return Error(
               Phase::config,
               Errc::name_not_found,
               "our identity sees no subscription " + printable(word, 80)
    )
        .with_hint(
            near ? "did you mean " + foreign_text(*near, 80) + "?"
                 : "az account list shows what an identity sees; rdpsweep doctor, whose token it is"
        );
}

} // namespace

Task<Result<std::vector<Subscription>>> list_subscriptions(Arm& arm, HostDeadline& deadline) {
    std::vector<Subscription> all;
    const VisitRow add = [&all](const nlohmann::json& row) {
        all.push_back(
            {ascii_lower(text(row, "subscriptionId")), text(row, "displayName"), text(row, "state")}
        );
    };
    std::string path("/subscriptions?api-version=2022-12-01");
    auto listed = co_await arm.list(std::move(path), add, deadline);
    if (!listed) co_return std::move(listed).error();
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    co_return all;
}

Result<std::vector<Subscription>>
choose(std::vector<Subscription> all, const std::vector<std::string>& wanted) {
    if (wanted.empty()) return all;
    std::vector<Subscription> chosen;
    for (const auto& word : wanted) {
        const auto is_meant = [&word](const Subscription& one) {
            return iequals(one.id, word) || iequals(one.name, word);
        };
        const auto count = std::count_if(all.begin(), all.end(), is_meant);
        if (count == 0) return unknown(word, all);
        if (count > 1) {
            return Error(
                       Phase::config,
                       Errc::name_not_found,
                       "two subscriptions are named " + printable(word, 80)
            )
                .with_hint("give its id");
        }
        chosen.push_back(*std::find_if(all.begin(), all.end(), is_meant));
    }
    std::sort(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) {
        return a.id < b.id;
    });
    const auto same = [](const auto& a, const auto& b) { return a.id == b.id; };
    chosen.erase(std::unique(chosen.begin(), chosen.end(), same), chosen.end());
    return chosen;
}

} // namespace rdpsweep::azure
