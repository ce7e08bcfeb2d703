// Decodes how TLS is set up: /tls.
#include "core/text.hpp"
#include "probes/collect/decode_groups.hpp"

#include <algorithm>
#include <string_view>

namespace rdpsweep::facts_json {
namespace {

constexpr std::size_t max_protocols = 64;

ProtocolSide read_side(const JsonReader& value) {
    ProtocolSide side;
    side.enabled = value.at("e").dword();
    side.disabled_by_default = value.at("d").dword();
    side.enabled_type = value.at("te").dword();
    side.default_type = value.at("td").dword();
    return side;
}

std::map<std::string, std::uint32_t> read_switches(const JsonReader& group) {
    std::map<std::string, std::uint32_t> switches;
    group.each_member(max_names, [&](const std::string& name, const JsonReader& member) {
        if (const auto value = member.dword()) switches[name] = *value;
    });
    return switches;
}

// An empty list is a policy that allows nothing; a missing one is no policy.
std::optional<std::vector<std::string>> read_list(const JsonReader& value) {
    if (!value.present()) return std::nullopt;
    return value.texts(max_names);
}

// Names of registry keys have no case: "tls 1.2" is TLS 1.2 to Schannel.
std::string canonical_protocol(const std::string& name) {
    for (const char* known : {"SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}) {
        if (iequals(name, known)) return known;
    }
    return name;
}

} // namespace

std::string canonical_pointer(std::string pointer) {
    constexpr std::string_view protocols = "/tls/proto/";
    if (!pointer.starts_with(protocols)) return pointer;
    const auto end = std::min(pointer.find('/', protocols.size()), pointer.size());
    const auto size = end - protocols.size();
    const std::string name = canonical_protocol(pointer.substr(protocols.size(), size));
    return pointer.replace(protocols.size(), size, name);
}

SchannelFacts read_schannel(const JsonReader& group) {
    SchannelFacts facts;
    group.at("proto").each_member(
        max_protocols,
        [&](const std::string& name, const JsonReader& member) {
            facts.protocols[canonical_protocol(name)] =
                Protocol{read_side(member.at("server")), read_side(member.at("client"))};
        }
    );
    facts.ciphers = read_switches(group.at("ciphers"));
    facts.key_exchanges = read_switches(group.at("kx"));
    facts.hashes = read_switches(group.at("hashes"));
    facts.suites_policy = read_list(group.at("suites_policy"));
    facts.suites_local = read_list(group.at("suites_local"));
    facts.curves = read_list(group.at("curves"));
    facts.event_logging = group.at("eventlogging").dword();
    return facts;
}

} // namespace rdpsweep::facts_json
