// Decodes how the RDP listener is set up: /listener and /sec.
#include "probes/collect/decode_groups.hpp"

#include <limits>

namespace rdpsweep::facts_json {
namespace {

std::uint16_t read_port(const JsonReader& value) {
    const std::uint32_t number = value.number();
    if (number <= std::numeric_limits<std::uint16_t>::max()) {
        return static_cast<std::uint16_t>(number);
    }
    value.wrong("is not a port");
    return 0;
}

Socket read_socket(const JsonReader& element) {
    Socket socket;
    socket.address = element.at("a").text();
    socket.port = read_port(element.at("p"));
    socket.pid = element.at("pid").number();
    socket.image = element.at("img").text();
    socket.services = element.at("svcs").texts(max_services);
    return socket;
}

FirewallRule read_firewall_rule(const JsonReader& element) {
    FirewallRule rule;
    rule.id = element.at("id").text();
    rule.active = element.at("active").flag();
    rule.allow = element.at("allow").flag(true);
    rule.local_port = element.at("lport").text();
    rule.profiles = element.at("profiles").texts(16);
    rule.remote = element.at("remote").texts(max_names);
    rule.limits = element.at("limits").texts(16);
    rule.from_policy = element.at("policy").flag();
    return rule;
}

void read_firewall_profiles(const JsonReader& group, PortFacts& facts) {
    constexpr std::size_t most = 16;
    group.at("fw_profiles").each_member(most, [&](const auto& name, const JsonReader& member) {
        facts.firewall_profiles[name] = {
            member.at("on").dword(), member.at("on_policy").dword(), member.at("merge").dword()};
    });
    group.at("networks").each(max_names, [&](const JsonReader& element) {
        facts.networks.push_back(element.number());
    });
}

void read_switches(const JsonReader& group, PortFacts& facts) {
    facts.configured_port = group.at("port").dword();
    facts.lan_adapter = group.at("lan").dword();
    facts.enabled = group.at("enabled").dword();
    facts.logon_disabled = group.at("logon_disabled").dword();
    facts.listener_key_present = group.at("key_present").flag(true);
    facts.deny_local = group.at("deny_local").dword();
    facts.deny_policy = group.at("deny_policy").dword();
    const JsonReader server = group.at("ts");
    facts.ts_enabled = server.at("TSEnabled").dword();
    facts.drain_mode = server.at("drain").dword();
    facts.user_enabled = server.at("TSUserEnabled").dword();
    facts.farm = server.at("farm").dword();
    facts.half_open = server.at("half_open").dword();
}

std::map<std::string, PolicySource> read_policy_source(const JsonReader& group) {
    std::map<std::string, PolicySource> sources;
    group.each_member(16, [&](const std::string& name, const JsonReader& member) {
        const auto number = member.dword();
        if (!number) return;
        if (*number > static_cast<std::uint32_t>(PolicySource::default_value)) {
            return member.wrong("is not a policy source from 0 to 2");
        }
        sources[name] = static_cast<PolicySource>(*number);
    });
    return sources;
}

} // namespace

PortFacts read_listener(const JsonReader& group) {
    PortFacts facts;
    read_switches(group, facts);
    facts.winstations = group.at("winstations").texts(max_names);
    group.at("sockets").each(max_sockets, [&](const JsonReader& element) {
        facts.sockets.push_back(read_socket(element));
    });
    group.at("portproxy").each(max_names, [&](const JsonReader& element) {
        facts.port_proxies.push_back(PortProxy{element.at("listen").text(), element.at("to").text()}
        );
    });
    group.at("fw").each(max_firewall_rules, [&](const JsonReader& element) {
        facts.firewall.push_back(read_firewall_rule(element));
    });
    read_firewall_profiles(group, facts);
    return facts;
}

SecurityFacts read_security(const JsonReader& group) {
    SecurityFacts facts;
    facts.layer = group.at("layer").dword();
    facts.nla = group.at("nla").dword();
    facts.min_encryption = group.at("minenc").dword();
    facts.negotiate = group.at("negotiate").dword();
    group.at("policy").each_member(
        max_names,
        [&](const std::string& name, const JsonReader& member) {
            const auto value = member.dword();
            if (!value) return;
            if (name == "layer") {
                facts.policy_layer = value;
            } else if (name == "nla") {
                facts.policy_nla = value;
            } else if (name == "minenc") {
                facts.policy_min_encryption = value;
            } else {
                facts.policy_other[name] = *value;
            }
        }
    );
    facts.policy_source = read_policy_source(group.at("policy_source"));
    facts.fips = group.at("fips").dword();
    facts.credssp = group.at("credssp").dword();
    facts.ntlm_in = group.at("ntlm_in").dword();
    return facts;
}

} // namespace rdpsweep::facts_json
