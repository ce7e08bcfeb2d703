// Writes a plan as canonical JSON.
#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/fix/plan.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep {

namespace {

using nlohmann::json;

json to_json(const Change& change) {
    return {
        {"kind", to_string(change.kind)},
        {"place", change.place},
        {"name", change.name},
        {"before", change.before},
        {"after", change.after}};
}

json to_json(const PlanHost& host) {
    auto changes = json::array();
    for (const auto& change : host.changes)
        changes.push_back(to_json(change));
    auto steps = json::array();
    for (const auto& step : host.steps)
        steps.push_back({{"fixes", step.fixes}, {"rules", step.rules}, {"changes", step.changes}});
    return {
        {"id", host.id},
        {"name", host.name},
        {"address", host.address},
        {"vm", host.vm},
        {"machine_guid", host.machine_guid},
        {"build", host.build},
        {"seen_by", host.seen_by},
        {"fixes", host.fixes},
        {"rules", host.rules},
        {"kin", host.kin},
        {"criticality", host.criticality},
        {"stratum", host.stratum},
        {"evidence_sha256", host.evidence_sha256},
        {"risk", to_string(host.risk)},
        {"restart", to_string(host.restart)},
        {"changes", std::move(changes)},
        {"steps", std::move(steps)}};
}

json to_json(const PlanAccount& account) {
    return {
        {"broken", account.broken},
        {"planned", account.planned},
        {"left_out", account.left_out},
        {"no_fix", account.no_fix}};
}

json to_json(const PlanWishes& wishes) {
    return {
        {"fixes", wishes.fixes},
        {"max_age", wishes.max_age.count()},
        {"life", wishes.life.count()},
        {"max_targets", wishes.max_targets},
        {"max_percent", wishes.max_percent},
        {"batches", batches_text(wishes.batches)}};
}

json without_digest(const Plan& plan) {
    auto hosts = json::array(), skipped = json::array();
    for (const auto& host : plan.hosts)
        hosts.push_back(to_json(host));
    for (const auto& skip : plan.skipped) {
        skipped.push_back(
            {{"name", skip.name},
             {"id", skip.id},
             {"rule", skip.rule},
             {"key", skip.why.key},
             {"arguments", skip.why.arguments}}
        );
    }
    json document{
        {"schema", plan_schema},
        {"id", plan.id},
        {"run", plan.run},
        {"created", to_iso8601(plan.created)},
        {"expires", to_iso8601(plan.expires)},
        {"created_by", plan.created_by},
        {"version", plan.version},
        {"script_sha256", plan.script_sha256},
        {"inventory", plan.inventory},
        {"hosts", std::move(hosts)},
        {"batches", plan.batches},
        {"canaries", plan.canaries},
        {"stop_services", plan.choices.stop_services},
        {"move_rdp", plan.choices.move_rdp},
        {"open_nsg", plan.choices.open_nsg},
        {"skipped", std::move(skipped)},
        {"account", plan.account ? to_json(*plan.account) : json()}};
    if (plan.made_with) document["made_with"] = to_json(*plan.made_with);
    return document;
}

} // namespace

std::string plan_digest(const Plan& plan) {
    return sha256_hex(dump_json(without_digest(plan)));
}

std::string plan_text(const Plan& plan) {
    auto document = without_digest(plan);
    document["digest"] = sha256_hex(dump_json(document));
    return dump_json(document) + "\n";
}

} // namespace rdpsweep
