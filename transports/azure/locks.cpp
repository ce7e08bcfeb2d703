// One list serves a whole subscription: the list of one resource would not show the locks above it.
#include "transports/azure/locks.hpp"

#include "core/text.hpp"
#include "transports/azure/fields.hpp"
#include "transports/azure/rows.hpp"

namespace rdpsweep::azure {

namespace {

using namespace std::chrono_literals;

constexpr auto lock_version = "?api-version=2020-05-01";
constexpr auto fresh_enough = 5min; // locks are rarely set

bool is_within(std::string_view id, std::string_view scope) {
    return id.starts_with(scope) && (id.size() == scope.size() || id[scope.size()] == '/');
}

} // namespace

Task<Status> Locks::read(std::string subscription, HostDeadline& deadline) {
    subscription = ascii_lower(subscription);
    const auto known = known_.find(subscription);
    if (known != known_.end() && Clock::now() - known->second.read < fresh_enough)
        co_return Status();
    Known locks{Clock::now(), {}};
    const VisitRow add = [&locks](const nlohmann::json& row) {
        auto id = ascii_lower(text(row, "id"));
        const auto own = id.rfind("/providers/microsoft.authorization/locks/");
        if (own == std::string::npos) return;
        locks.all.push_back({id.substr(0, own), text(row, "name"), text(row, "properties/level")});
    };
    auto path = "/subscriptions/" + subscription + "/providers/Microsoft.Authorization/locks" +
                lock_version;
    auto listed = co_await arm_.list(std::move(path), add, deadline);
    if (!listed) co_return listed;
    known_.insert_or_assign(std::move(subscription), std::move(locks));
    co_return Status();
}

const Lock* Locks::on(std::string_view id) const {
    const auto folded = ascii_lower(id);
    const auto found = known_.find(part_of(folded, "subscriptions"));
    if (found == known_.end()) return nullptr;
    for (const auto& lock : found->second.all)
        if (is_within(folded, lock.scope)) return &lock;
    return nullptr;
}

} // namespace rdpsweep::azure
