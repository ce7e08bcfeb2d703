// Puts the proofs of several sources into one form.
#include "probes/reading/policy_proof.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rdpsweep {

namespace {

// Returns the value without the "**soft." or "**del." of Registry.pol, which set it and take it
// away all the same.
std::string plain_value(const std::string& name) {
    const auto cut = name.rfind('\\') + 1; // 0 when there is none
    if (name.compare(cut, 2, "**") != 0) return name;
    const auto dot = name.find('.', cut);
    return dot == std::string::npos ? name : name.substr(0, cut) + name.substr(dot + 1);
}

} // namespace

std::vector<std::string> policy_proofs(const Facts& facts) {
    std::vector<std::string> names;
    if (facts.group_policy) {
        for (const auto* list : {&facts.group_policy->rsop, &facts.group_policy->registry_pol}) {
            for (const auto& name : *list)
                names.push_back(plain_value(name));
        }
    }
    if (!facts.security) return names;
    constexpr std::array<std::pair<const char*, const char*>, 3> sources{
        {{"layer", "SecurityLayer"},
         {"nla", "UserAuthentication"},
         {"minenc", "MinEncryptionLevel"}}};
    for (const auto& [name, value] : sources) {
        const auto source = facts.security->policy_source.find(name);
        if (source != facts.security->policy_source.end() &&
            source->second == PolicySource::group_policy)
            names.push_back(terminal_policy_key + value);
    }
    return names;
}

bool is_set_by_policy(const Facts& facts, std::string_view name) {
    const auto names = policy_proofs(facts);
    return std::any_of(names.begin(), names.end(), [name](const std::string& one) {
        return iequals(one, terminal_policy_key + std::string(name));
    });
}

} // namespace rdpsweep
