// Groups the hosts of a run by what their Windows calls itself.
#include "scanner/fix/same_windows.hpp"

#include "core/json_document.hpp"
#include "core/text.hpp"

namespace rdpsweep {

namespace {

constexpr std::size_t most_named = 5;

// Returns /os/machine_guid of facts/1 in lower case; empty: it is not there.
std::string guid_in(const std::string& facts_json) {
    const auto facts = JsonDocument::read(facts_json, Phase::config);
    const auto os = facts ? facts->root().find("os") : std::nullopt;
    const auto guid = os ? os->find("machine_guid") : std::nullopt;
    return guid ? ascii_lower(guid->text().value_or("")) : std::string();
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
