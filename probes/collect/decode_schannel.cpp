// Decodes how TLS is set up: /tls.
#include "probes/collect/decode_groups.hpp"

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

} // namespace

SchannelFacts read_schannel(const JsonReader& group) {
    SchannelFacts facts;
    group.at("proto").each_member(
        max_protocols,
        [&](const std::string& name, const JsonReader& member) {
            facts.protocols[name] =
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
