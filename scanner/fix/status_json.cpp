// Writes the hosts of a plan with their stages and changes as JSON.
#include "scanner/fix/status_json.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep {

namespace {

nlohmann::json changes_of(const HostRecord& record) {
    auto changes = nlohmann::json::array();
    for (const auto& change : record.backup) {
        changes.push_back(
            {{"kind", to_string(change.kind)},
             {"place", change.place},
             {"name", change.name},
             {"before", change.before},
             {"after", change.after}}
        );
    }
    return changes;
}

} // namespace

std::string status_json(const Plan& plan, const std::vector<JournalEntry>& entries) {
    const auto records = records_of(entries, plan.hosts.size());
    std::vector<std::int64_t> at(plan.hosts.size(), 0);
    for (const auto& entry : entries)
        if (entry.host < at.size()) at[entry.host] = entry.at;
    auto hosts = nlohmann::json::array();
    for (std::size_t i = 0; i < plan.hosts.size(); ++i) {
        const auto& host = plan.hosts[i];
        hosts.push_back(
            {{"name", host.name},
             {"id", host.id},
             {"stage", to_string(records[i].stage)},
             {"why", records[i].why},
             {"at", at[i] == 0 ? nlohmann::json(nullptr) : nlohmann::json(to_iso8601(at[i]))},
             {"fixes", host.fixes},
             {"snapshot", records[i].snapshot},
             {"changes", changes_of(records[i])}}
        );
    }
    const nlohmann::json document{
        {"schema", "rdpsweep.fix-status/1"},
        {"plan", plan.id},
        {"run", plan.run},
        {"hosts", hosts}};
    return dump_json(document) + "\n";
}

} // namespace rdpsweep
