// /listener over CIM: the listener's switches, its port and port proxies.
#include "probes/collect/cim/shared.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep::cim_plan {

namespace {

const std::string server_key = current + R"(\Control\Terminal Server)";

void ask_proxies(Steps& steps) {
    const auto root = current + R"(\Services\PortProxy)";
    steps.subkeys("/listener/portproxy", root, [&steps, root](const auto& families) {
        steps.put("/listener/portproxy", nlohmann::json::array());
        if (!families) return;
        for (const auto& family : *families) {
            const auto key = root + "\\" + family + R"(\tcp)";
            steps.values("/listener/portproxy", key, [&steps, key](const auto& values) {
                if (!values) return;
                std::size_t count = 0;
                for (const auto& [lower, value] : values->by_name) {
                    if (count++ == most_rules) break;
                    const auto name = value.name;
                    steps.text("/listener/portproxy", key, name, [&steps, name](const auto& to) {
                        if (steps.at("/listener/portproxy").size() == most_rules) return;
                        steps.append("/listener/portproxy", {{"listen", name}, {"to", to}});
                    });
                }
            });
        }
    });
}

void ask_switches(Steps& steps) {
    steps.values("/listener", server_key, [&steps](const auto& values) {
        steps.put("/listener/ts", nlohmann::json::object());
        steps.dwords("/listener", server_key, values, "deny_local=fDenyTSConnections");
        steps.dwords(
            "/listener/ts",
            server_key,
            values,
            "TSEnabled=TSEnabled drain=TSServerDrainMode TSUserEnabled=TSUserEnabled "
            "half_open=MaxOutstandingConnections"
        );
    });
    const auto cluster_key = server_key + R"(\ClusterSettings)";
    steps.values("/listener/ts/farm", cluster_key, [&steps, cluster_key](const auto& values) {
        steps.dwords("/listener/ts", cluster_key, values, "farm=SessionDirectoryActive");
    });
    steps.values("/listener/deny_policy", policy_key, [&steps](const auto& values) {
        steps.dwords("/listener", policy_key, values, "deny_policy=fDenyTSConnections");
    });
    steps.subkeys(
        "/listener/winstations",
        server_key + R"(\WinStations)",
        [&steps](const auto& names) {
            steps.put("/listener/winstations", names.value_or(std::vector<std::string>{}));
        }
    );
}

} // namespace

void ask_listener(Steps& steps, const SharedPtr& shared) {
    steps.values("/listener", listener_key, [&steps, shared](const auto& values) {
        steps.put("/listener/key_present", values.has_value());
        ask_switches(steps);
        steps.dwords(
            "/listener",
            listener_key,
            values,
            "lan=LanAdapter enabled=fEnableWinStation logon_disabled=fLogonDisabled"
        );
        const auto go_on = [&steps, shared] {
            ask_sockets(steps, shared);
            ask_proxies(steps);
            ask_firewall(steps, shared);
        };
        const auto type = values ? values->type_of("PortNumber") : std::nullopt;
        if (type && *type != reg_dword) steps.unread("/listener/port", "error", "wrong type");
        if (type != reg_dword) return go_on();
        steps.dword(
            "/listener/port",
            listener_key,
            "PortNumber",
            [&steps, shared, go_on](auto port) {
                steps.put("/listener/port", port);
                if (port > 0 && port < 65'536) shared->port = port;
                go_on();
            }
        );
    });
}

} // namespace rdpsweep::cim_plan
