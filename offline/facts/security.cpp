// /sec: what RDP asks of a client before it lets it in.
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <array>

#include "offline/facts/groups.hpp"
#include "offline/facts/sheet.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t most_policies = 128;

constexpr std::array<Source, 3> named_policies{
    {{"layer", "SecurityLayer"}, {"nla", "UserAuthentication"}, {"minenc", "MinEncryptionLevel"}}};

// Puts a value of the policy key, if it is a REG_DWORD. Other texts among the policies are not ours
// to judge; where one of ours is none, that is said.
void put_policy(Sheet& policy, const Place& place, const ValueEntry& entry) {
    const auto value = name_of_value(entry);
    for (const auto& [member, name] : named_policies) {
        if (iequals(name, value)) return policy.dword(place, {member, value});
    }
    if (entry.type == reg_type::dword) policy.dword(place, {value, value});
}

void put_policies(Sheet& security, const Registry& registry) {
    Sheet policy(security.object()["policy"], security.at("policy"), security.document());
    const auto place = registry.software(reg_path::policy);
    std::size_t count = 0;
    for (const auto& entry : values_of(place, security.at("policy"), security.document())) {
        if (count++ == most_policies) break;
        put_policy(policy, place, entry);
    }
}

} // namespace

void read_security(const Registry& registry, Document& document) {
    Sheet security(document.group("sec"), "/sec", document);
    security.dwords(
        registry.current(reg_path::listener),
        {{"layer", "SecurityLayer"},
         {"nla", "UserAuthentication"},
         {"minenc", "MinEncryptionLevel"},
         {"negotiate", "fAllowSecProtocolNegotiation"}}
    );
    put_policies(security, registry);
    security.dword(registry.current(R"(Control\Lsa\FipsAlgorithmPolicy)"), {"fips", "Enabled"});
    security.dword(
        registry.software(R"(Microsoft\Windows\CurrentVersion\Policies\System\CredSSP\Parameters)"),
        {"credssp", "AllowEncryptionOracle"}
    );
    security.dword(
        registry.current(R"(Control\Lsa\MSV1_0)"), {"ntlm_in", "RestrictReceivingNTLMTraffic"}
    );
    document.offline("/sec/policy_source");
}

} // namespace rdpsweep::offline
