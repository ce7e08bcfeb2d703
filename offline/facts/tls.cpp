// /tls: which protocols, ciphers and suites Schannel may use.
#include <nlohmann/json.hpp>

#include <array>

#include "offline/facts/groups.hpp"
#include "offline/facts/sheet.hpp"

namespace rdpsweep::offline {

namespace {

struct SideValue {
    const char* value;
    const char* member;
    const char* type; // member for the type
};

constexpr std::array<SideValue, 2> side_values{
    {{"Enabled", "e", "te"}, {"DisabledByDefault", "d", "td"}}};

// Puts one side of a protocol, with the registry type of each value.
void put_side(Sheet& protocol, const char* name, const Place& place) {
    Sheet side(protocol.object()[name], protocol.at(name), protocol.document());
    if (!place.key) return protocol.failed(name, place.key.error());
    if (!place.there()) return;
    for (const auto& [value, member, type] : side_values) {
        const auto found = read_value(*place.hive, *place.key, value);
        if (!found) {
            side.failed(member, found.error());
            continue;
        }
        if (!*found) continue;
        side.object()[type] = (*found)->type;
        if (const auto number = dword_of(**found)) side.object()[member] = *number;
    }
}

void put_protocols(Sheet& tls, const Place& schannel) {
    Sheet protocols(tls.object()["proto"], tls.at("proto"), tls.document());
    const auto place = below(schannel, "Protocols");
    for (const auto& key : keys_below(place, tls.at("proto"), tls.document())) {
        const auto name = name_of_key(key);
        const Place own{place.hive, std::optional(key)};
        Sheet protocol(protocols.object()[name], protocols.at(name), tls.document());
        put_side(protocol, "server", below(own, "Server"));
        put_side(protocol, "client", below(own, "Client"));
    }
}

// Puts the switch Enabled of each key below one.
void put_enabled(Sheet& tls, const char* member, const Place& place) {
    Sheet switches(tls.object()[member], tls.at(member), tls.document());
    for (const auto& key : keys_below(place, tls.at(member), tls.document()))
        switches.dword({place.hive, std::optional(key)}, {name_of_key(key), "Enabled"});
}

} // namespace

void read_tls(const Registry& registry, Document& document) {
    Sheet tls(document.group("tls"), "/tls", document);
    const auto schannel = registry.current(reg_path::schannel);
    put_protocols(tls, schannel);
    put_enabled(tls, "ciphers", below(schannel, "Ciphers"));
    put_enabled(tls, "hashes", below(schannel, "Hashes"));
    put_enabled(tls, "kx", below(schannel, "KeyExchangeAlgorithms"));
    const auto policy =
        registry.software(R"(Policies\Microsoft\Cryptography\Configuration\SSL\00010002)");
    const auto local = registry.current(R"(Control\Cryptography\Configuration\Local\SSL\00010002)");
    tls.list(policy, {"suites_policy", "Functions"});
    tls.list(local, {"suites_local", "Functions"});
    tls.list(policy, {"curves", "EccCurves"});
    if (!tls.object().contains("curves")) tls.list(local, {"curves", "EccCurves"});
    tls.dword(schannel, {"eventlogging", "EventLogging"});
}

} // namespace rdpsweep::offline
