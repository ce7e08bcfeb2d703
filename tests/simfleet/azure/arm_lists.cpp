// Lists what a tenant, a subscription or a resource group holds, page by page.
#include "core/text.hpp"
#include "tests/simfleet/azure/arm_answer.hpp"
#include "tests/simfleet/azure/arm_url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace simfleet {

using nlohmann::json;
using rdpsweep::ascii_lower;

namespace {

template <typename Make>
void add_row(std::vector<std::function<std::string()>>& rows, Make make) {
    rows.emplace_back([make] { return make().dump(); });
}

} // namespace

std::optional<std::size_t> ArmFace::subscription_of(const Url& url) const {
    for (std::size_t i = 0; i < resources_.scene().subscriptions; ++i)
        if (url.is(1, ArmResources::subscription_id(i))) return i;
    return {};
}

bool ArmFace::has_group(std::size_t number, const std::string& group) const {
    const auto all = resources_.groups(number);
    return std::any_of(all.begin(), all.end(), [&group](const json& each) {
        return rdpsweep::iequals(each.at("name").get<std::string>(), group);
    });
}

HttpResponse ArmFace::list(const Url& url) {
    if (url.parts.size() == 1) return page(url, subscriptions());
    const auto number = subscription_of(url);
    if (!number) {
        return arm_failure(
            404,
            "SubscriptionNotFound",
            "The subscription '" + ascii_lower(url.parts[1]) + "' could not be found."
        );
    }
    const bool in_group = url.is(2, "resourceGroups") && url.parts.size() > 3;
    if (url.parts.size() == 2) {
        auto row = resources_.subscription(*number);
        row["tenantId"] = policy_.tenant;
        return json_answer(200, row);
    }
    if (in_group && url.parts.size() == 4) {
        for (const auto& group : resources_.groups(*number))
            if (url.is(3, group.at("name").get<std::string>())) return json_answer(200, group);
    }
    auto answered = page(url, rows_of(url, *number, in_group ? url.parts[3] : ""));
    answered.headers.emplace_back("x-ms-ratelimit-remaining-subscription-reads", "249");
    return answered;
}

ArmFace::Rows ArmFace::subscriptions() const {
    Rows rows;
    const auto& all = resources_;
    for (std::size_t i = 0; i < all.scene().subscriptions + (all.scene().messy ? 1u : 0u); ++i) {
        add_row(rows, [this, i] {
            auto row = resources_.subscription(i);
            row["tenantId"] = policy_.tenant;
            return row;
        });
    }
    return rows;
}

// What a list of subscription number holds; group: empty for all of it.
ArmFace::Rows ArmFace::rows_of(const Url& url, std::size_t number, const std::string& group) {
    Rows rows;
    const auto add_all = [&rows](const std::vector<json>& made) {
        for (const auto& each : made)
            add_row(rows, [each] { return each; });
    };
    if (url.is(2, "resourceGroups") && url.parts.size() == 3) add_all(resources_.groups(number));
    const auto last = url.parts.size() - 1;
    if (url.is(last - 1, "Microsoft.Authorization") && url.is(last, "locks")) {
        add_all(locks_at(url, number));
        return rows;
    }
    const auto type = group.empty() ? 4u : 6u;
    if (url.is(type, "networkSecurityGroups")) add_all(network_.groups(number, group));
    if (url.is(type, "snapshots")) add_all(snapshots_.snapshots(number, group));
    add_compute(rows, url, number, group);
    return rows;
}

void ArmFace::add_compute(
    Rows& rows, const Url& url, std::size_t number, const std::string& group
) {
    const auto& all = resources_;
    const auto& parts = url.parts;
    const auto at = group.empty() ? 4u : 6u;
    const bool messy = all.scene().messy;
    if (url.is(at, "virtualMachineScaleSets")) {
        if (!messy || (!group.empty() && !rdpsweep::iequals(group, "rg-pool"))) return;
        if (parts.size() == at + 1) add_row(rows, [&all, number] { return all.scale_set(number); });
        if (url.is(8, "virtualMachines"))
            add_row(rows, [&all, number] { return all.instance(number); });
        if (url.is(8, "networkInterfaces")) {
            add_row(rows, [&all, number] { return all.instance_interface(number); });
        }
        return;
    }
    const bool state = url.value("statusonly") == "true";
    const bool machines = url.is(at, "virtualMachines");
    const bool in_its_group = group.empty() || rdpsweep::iequals(group, "RG-CI");
    if (machines && messy && !state && in_its_group) {
        add_row(rows, [&all, number] { return all.linux_machine(number); });
    }
    const auto type = parts.size() > at ? ascii_lower(parts[at]) : std::string();
    add_fleet(rows, machines && state ? "state" : type, number, group);
}

void ArmFace::add_fleet(
    Rows& rows, const std::string& type, std::size_t number, const std::string& group
) {
    const auto& all = resources_;
    for (std::size_t i = number; i < all.size(); i += all.scene().subscriptions) {
        if (!group.empty() && !all.in_group(i, group)) continue;
        if (type == "state") add_row(rows, [&all, i] { return all.machine_state(i); });
        if (type == "virtualmachines") add_row(rows, [&all, i] { return all.machine(i); });
        if (type == "disks") add_row(rows, [&all, i] { return all.disk(i); });
        if (type == "networkinterfaces") add_row(rows, [&all, i] { return all.interface(i); });
        if (type == "publicipaddresses" && all.has_public_address(i)) {
            add_row(rows, [&all, i] { return all.public_address(i); });
        }
    }
}

// The locks on what the path names, on what is below it and on what it is part of.
std::vector<json> ArmFace::locks_at(const Url& url, std::size_t number) const {
    constexpr std::string_view own = "/providers/microsoft.authorization/locks";
    // A resource without a parent has an empty part in its path.
    std::string place;
    for (const auto& part : url.parts)
        place += "/" + ascii_lower(part);
    place = place.substr(0, place.rfind(own)) + "/";
    std::vector<json> found;
    for (auto& lock : guards_.locks(number)) {
        auto on = ascii_lower(lock.at("id").get<std::string>());
        on = on.substr(0, on.rfind(own)) + "/";
        if (on.starts_with(place) || place.starts_with(on)) found.push_back(std::move(lock));
    }
    return found;
}

HttpResponse ArmFace::page(const Url& url, const Rows& rows) {
    const auto begin = std::min(number_of(url.value("$skiptoken"), 0), rows.size());
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

} // namespace simfleet
