// /listener and /sec of facts/1.
#include "core/text.hpp"
#include "tests/simfleet/windows/facts_reader.hpp"
#include "tests/simfleet/windows/paths.hpp"

namespace simfleet {
namespace {

using nlohmann::json;

json services_in(const State& state, std::uint32_t pid) {
    auto names = json::array();
    for (const auto& service : state.services) {
        if (service.pid == pid && pid != 0) names.push_back(service.name);
    }
    return names;
}

json socket_list(FactsReader& reader, std::uint32_t port) {
    // The collector reads netstat's columns where WMI does not answer.
    if (reader.state.limit(R"(wmi:root\StandardCimv2)") != nullptr &&
        reader.kept_out("command:netstat.exe", "/listener/sockets")) {
        return nullptr;
    }
    const auto& state = reader.state;
    auto list = json::array();
    for (const auto& socket : state.sockets) {
        if (socket.port != port) continue;
        const auto* process = state.process(socket.pid);
        json entry{{"a", socket.address}, {"p", socket.port}, {"pid", socket.pid}};
        entry["img"] = process == nullptr ? "" : process->image;
        const auto pointer = "/listener/sockets/" + std::to_string(list.size()) + "/svcs";
        if (!reader.kept_out(R"(wmi:root\cimv2)", pointer)) {
            entry["svcs"] = services_in(state, socket.pid);
        }
        list.push_back(std::move(entry));
    }
    return list;
}

json proxy_list(const State& state) {
    auto list = json::array();
    const auto* key = state.registry.find(paths::port_proxy);
    if (key == nullptr) return list;
    for (const auto& [lower, named] : key->values) {
        const auto to = state.registry.text(paths::port_proxy, named.name).value_or("");
        list.push_back({{"listen", named.name}, {"to", to}});
    }
    return list;
}

// One value of FirewallRules: "v2.20|Action=Allow|Active=TRUE|Dir=In|...". Null: not about RDP.
json firewall_entry(const std::string& id, const std::string& rule, std::uint32_t port) {
    json entry{{"id", id}, {"active", false}, {"allow", true}, {"lport", "*"}};
    auto profiles = json::array();
    auto remote = json::array();
    auto limits = json::array();
    bool inbound = false;
    bool tcp = false;
    bool about_rdp = false;
    for (const auto& field : rdpsweep::split(rule, '|')) {
        const auto equals = field.find('=');
        if (equals == std::string::npos) continue;
        const auto name = field.substr(0, equals);
        const auto value = field.substr(equals + 1);
        if (name == "Dir") inbound = value == "In";
        if (name == "Protocol") tcp = value == "6";
        if (name == "Active") entry["active"] = value == "TRUE";
        if (name == "Action") entry["allow"] = value == "Allow";
        if (name == "Profile") profiles.push_back(value);
        if (name == "RA4" || name == "RA6" || name == "RA42" || name == "RA62")
            remote.push_back(value);
        for (const auto* limit : {"IF", "IFType", "LA4", "LA6", "RMauth", "RUAuth", "Security"})
            if (name == limit) limits.push_back(field);
        if (name == "LPort") entry["lport"] = value;
        about_rdp = about_rdp || (name == "LPort" && value == std::to_string(port)) ||
                    (name == "Svc" && rdpsweep::iequals(value, "termservice"));
    }
    about_rdp = about_rdp || id.starts_with("RemoteDesktop");
    if (!inbound || !tcp || !about_rdp) return nullptr;
    entry["profiles"] = std::move(profiles);
    entry["remote"] = std::move(remote);
    if (!limits.empty()) entry["limits"] = std::move(limits);
    return entry;
}

void add_rules(json& list, const State& state, std::string_view path, bool policy, unsigned port) {
    const auto* key = state.registry.find(path);
    if (key == nullptr) return;
    for (const auto& [lower, named] : key->values) {
        const auto rule = state.registry.text(path, named.name).value_or("");
        auto entry = firewall_entry(named.name, rule, port);
        if (entry.is_null()) continue;
        entry["policy"] = policy;
        list.push_back(std::move(entry));
    }
}

json firewall_list(FactsReader& reader, std::uint32_t port) {
    if (reader.key_closed(paths::firewall, "/listener/fw")) return nullptr;
    auto list = json::array();
    add_rules(list, reader.state, paths::firewall, false, port);
    add_rules(list, reader.state, paths::firewall_policy, true, port);
    return list;
}

// What holds for all rules of a profile. Windows itself calls the private profile "Standard".
json profile_list(FactsReader& reader) {
    const auto& hklm = reader.state.registry;
    auto profiles = json::object();
    for (const std::string name : {"Domain", "Private", "Public"}) {
        const auto own = name == "Private" ? "StandardProfile" : name + "Profile";
        const auto local = std::string(paths::firewall_root) + '\\' + own;
        const auto policy = std::string(paths::firewall_policy_root) + '\\' + name + "Profile";
        auto profile = json::object();
        put(profile, "on", hklm.dword(local, "EnableFirewall"));
        put(profile, "on_policy", hklm.dword(policy, "EnableFirewall"));
        put(profile, "merge", hklm.dword(policy, "AllowLocalPolicyMerge"));
        profiles[name] = std::move(profile);
    }
    return profiles;
}

void add_networks(FactsReader& reader, json& group) {
    if (reader.kept_out(R"(wmi:root\StandardCimv2)", "/listener/networks")) return;
    if (reader.state.build() < 9200)
        reader.add_unread("/listener/networks", "unsupported", "0x8004100e");
    else
        group["networks"] = reader.state.management.networks;
}

json server_switches(const Registry& hklm) {
    auto server = json::object();
    put(server, "TSEnabled", hklm.dword(paths::terminal_server, "TSEnabled"));
    put(server, "drain", hklm.dword(paths::terminal_server, "TSServerDrainMode"));
    put(server, "TSUserEnabled", hklm.dword(paths::terminal_server, "TSUserEnabled"));
    put(server, "half_open", hklm.dword(paths::terminal_server, "MaxOutstandingConnections"));
    put(server, "farm", hklm.dword(paths::cluster_settings, "SessionDirectoryActive"));
    return server;
}

// Policy values by the names of facts/1; those of other groups are left out.
json policy_values(const Registry& hklm) {
    auto values = json::object();
    const auto* key = hklm.find(paths::ts_policy);
    if (key == nullptr) return values;
    for (const auto& [lower, named] : key->values) {
        const auto number = hklm.dword(paths::ts_policy, named.name);
        if (!number) continue;
        if (lower == "securitylayer")
            values["layer"] = *number;
        else if (lower == "userauthentication")
            values["nla"] = *number;
        else if (lower == "minencryptionlevel")
            values["minenc"] = *number;
        else
            values[named.name] = *number;
    }
    return values;
}

} // namespace

json listener_facts(FactsReader& reader) {
    const auto& hklm = reader.state.registry;
    if (reader.key_closed(paths::terminal_server, "/listener")) return nullptr;
    json group{{"key_present", hklm.find(paths::rdp_tcp) != nullptr}};
    const auto port = hklm.dword(paths::rdp_tcp, "PortNumber");
    put(group, "port", port);
    put(group, "lan", hklm.dword(paths::rdp_tcp, "LanAdapter"));
    put(group, "enabled", hklm.dword(paths::rdp_tcp, "fEnableWinStation"));
    put(group, "logon_disabled", hklm.dword(paths::rdp_tcp, "fLogonDisabled"));
    put(group, "deny_local", hklm.dword(paths::terminal_server, "fDenyTSConnections"));
    put(group, "deny_policy", hklm.dword(paths::ts_policy, "fDenyTSConnections"));
    group["ts"] = server_switches(hklm);
    group["winstations"] = json::array();
    if (const auto* stations = hklm.find(paths::win_stations)) {
        for (const auto& [lower, key] : stations->keys)
            group["winstations"].push_back(key->name);
    }
    auto sockets = socket_list(reader, port.value_or(3389));
    if (!sockets.is_null()) group["sockets"] = std::move(sockets);
    group["portproxy"] = proxy_list(reader.state);
    auto rules = firewall_list(reader, port.value_or(3389));
    if (!rules.is_null()) group["fw"] = std::move(rules);
    group["fw_profiles"] = profile_list(reader);
    add_networks(reader, group);
    return group;
}

json security_facts(FactsReader& reader) {
    const auto& hklm = reader.state.registry;
    if (reader.key_closed(paths::terminal_server, "/sec")) return nullptr;
    auto group = json::object();
    put(group, "layer", hklm.dword(paths::rdp_tcp, "SecurityLayer"));
    put(group, "nla", hklm.dword(paths::rdp_tcp, "UserAuthentication"));
    put(group, "minenc", hklm.dword(paths::rdp_tcp, "MinEncryptionLevel"));
    put(group, "negotiate", hklm.dword(paths::rdp_tcp, "fAllowSecProtocolNegotiation"));
    put(group, "fips", hklm.dword(paths::fips, "Enabled"));
    put(group, "credssp", hklm.dword(paths::credssp, "AllowEncryptionOracle"));
    put(group, "ntlm_in", hklm.dword(paths::msv1_0, "RestrictReceivingNTLMTraffic"));
    group["policy"] = policy_values(hklm);
    if (!reader.kept_out(R"(wmi:root\cimv2\TerminalServices)", "/sec/policy_source")) {
        group["policy_source"] = reader.state.management.policy_source;
    }
    return group;
}

} // namespace simfleet
