// Takes of a host what stays the same from run to run.
#include "core/same_host.hpp"

#include "core/json_document.hpp"
#include "core/json_piece.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <unordered_set>

namespace rdpsweep {

const std::string& uid_of(const HostResult& host) noexcept {
    return host.target.id.empty() ? host.target.name : host.target.id;
}

std::string machine_guid_of(const HostResult& host) {
    if (host.facts_json.empty()) return {};
    std::string facts;
    facts.reserve(host.facts_json.size() + json_room);
    facts = host.facts_json;
    const auto quoted = json_piece(facts, {"os", "machine_guid"});
    constexpr std::size_t guid_length = 36;
    if (!quoted || quoted->size() != guid_length + 2 || quoted->front() != '"') return {};
    const auto guid = quoted->substr(1, guid_length);
    const auto fits = [](char c) { return is_hex_digit(c) || c == '-'; };
    if (!std::all_of(guid.begin(), guid.end(), fits)) return {};
    return ascii_lower(guid);
}

std::vector<const Finding*> one_a_rule(const HostResult& host) {
    std::vector<const Finding*> findings;
    findings.reserve(host.findings.size());
    std::unordered_set<std::string_view> rules;
    for (const auto& finding : host.findings) {
        if (rules.insert(finding.rule).second) findings.push_back(&finding);
    }
    return findings;
}

} // namespace rdpsweep
