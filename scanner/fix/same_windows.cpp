// Groups the hosts of a run by what their Windows calls itself.
#include "scanner/fix/same_windows.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep {

namespace {

constexpr std::size_t most_named = 5;

// Returns /os/machine_guid of facts/1 in lower case; empty: it is not there.
std::string guid_in(const std::string& facts_json) {
    const auto facts = parse_json(facts_json, Phase::config);
    if (!facts || !facts->is_object()) return {};
    const auto os = facts->find("os");
    if (os == facts->end() || !os->is_object()) return {};
    const auto guid = os->find("machine_guid");
    if (guid == os->end() || !guid->is_string()) return {};
    return ascii_lower(guid->get<std::string>());
}

} // namespace

void SameWindows::note(const HostResult& host) {
    auto guid = guid_in(host.facts_json);
    if (!guid.empty()) seen_[std::move(guid)].push_back({host.target.id, host.target.name});
}

std::string SameWindows::others(std::string_view id, std::string_view machine_guid) const {
    const auto found = seen_.find(ascii_lower(machine_guid));
    if (found == seen_.end()) return {};
    std::string names;
    std::size_t count = 0;
    for (const auto& one : found->second) {
        if (one.id == id || ++count > most_named) continue;
        names += (names.empty() ? "" : ", ") + one.name;
    }
    if (count > most_named) names += " and " + std::to_string(count - most_named) + " more";
    return names;
}

} // namespace rdpsweep
