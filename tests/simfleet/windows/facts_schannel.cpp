// /tls of facts/1.
#include "core/text.hpp"
#include "tests/simfleet/windows/facts_reader.hpp"
#include "tests/simfleet/windows/paths.hpp"

namespace simfleet {
namespace {

using nlohmann::json;

std::string below(std::string_view path, std::string_view name) {
    return std::string(path) + '\\' + std::string(name);
}

// One value of a protocol's side: the number where it is one, and its type in any case.
void put_value(
    json& side,
    const Registry& hklm,
    const std::string& path,
    const char* name,
    const char* number,
    const char* type
) {
    const auto* value = hklm.value(path, name);
    if (value == nullptr) return;
    side[type] = value->type;
    put(side, number, hklm.dword(path, name));
}

json protocol_map(const Registry& hklm) {
    auto protocols = json::object();
    const auto path = below(paths::schannel, "Protocols");
    const auto* key = hklm.find(path);
    if (key == nullptr) return protocols;
    for (const auto& [lower, protocol] : key->keys) {
        auto& entry = protocols[protocol->name] = json::object();
        for (const auto* side : {"server", "client"}) {
            const auto side_path = below(below(path, protocol->name), side);
            auto& values = entry[side] = json::object();
            put_value(values, hklm, side_path, "Enabled", "e", "te");
            put_value(values, hklm, side_path, "DisabledByDefault", "d", "td");
        }
    }
    return protocols;
}

// SCHANNEL\Ciphers and its like: a key each, with a value Enabled.
json switch_map(const Registry& hklm, std::string_view table) {
    auto switches = json::object();
    const auto path = below(paths::schannel, table);
    const auto* key = hklm.find(path);
    if (key == nullptr) return switches;
    for (const auto& [lower, child] : key->keys) {
        const auto enabled = hklm.dword(below(path, child->name), "Enabled");
        if (enabled) switches[child->name] = *enabled;
    }
    return switches;
}

// The policy is written as REG_SZ by Group Policy, as REG_MULTI_SZ by hand: both count.
std::optional<std::vector<std::string>> policy_suites(const Registry& hklm) {
    if (auto list = hklm.texts(paths::suites_policy, "Functions")) return list;
    const auto text = hklm.text(paths::suites_policy, "Functions");
    if (!text) return {};
    return text->empty() ? std::vector<std::string>{} : rdpsweep::split(*text, ',');
}

} // namespace

json schannel_facts(FactsReader& reader) {
    const auto& hklm = reader.state.registry;
    if (reader.key_closed(paths::schannel, "/tls")) return nullptr;
    json group{
        {"proto", protocol_map(hklm)},
        {"ciphers", switch_map(hklm, "Ciphers")},
        {"kx", switch_map(hklm, "KeyExchangeAlgorithms")},
        {"hashes", switch_map(hklm, "Hashes")}};
    put(group, "suites_policy", policy_suites(hklm));
    put(group, "suites_local", hklm.texts(paths::suites_local, "Functions"));
    put(group, "curves", hklm.texts(paths::suites_local, "EccCurves"));
    put(group, "eventlogging", hklm.dword(paths::schannel, "EventLogging"));
    return group;
}

} // namespace simfleet
