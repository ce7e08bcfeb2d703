// /listener: where RDP is to listen, whether it may, and what the firewall says.
#include <nlohmann/json.hpp>

#include <array>

#include "offline/facts/firewall.hpp"
#include "offline/facts/groups.hpp"
#include "offline/facts/sheet.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t most_proxies = 64;
constexpr std::size_t longest_target = 2048; // bytes of an address and a port
constexpr std::uint32_t usual_port = 3389;

void put_switches(Sheet& listener, const Registry& registry) {
    const auto server = registry.current(reg_path::server);
    const auto tcp = registry.current(reg_path::listener);
    listener.presence("key_present", tcp);
    listener.dwords(
        tcp,
        {{"port", "PortNumber"},
         {"lan", "LanAdapter"},
         {"enabled", "fEnableWinStation"},
         {"logon_disabled", "fLogonDisabled"}}
    );
    listener.dword(server, {"deny_local", "fDenyTSConnections"});
    listener.dword(registry.software(reg_path::policy), {"deny_policy", "fDenyTSConnections"});
    Sheet ts(listener.object()["ts"], listener.at("ts"), listener.document());
    ts.dwords(
        server,
        {{"TSEnabled", "TSEnabled"},
         {"drain", "TSServerDrainMode"},
         {"TSUserEnabled", "TSUserEnabled"},
         {"half_open", "MaxOutstandingConnections"}}
    );
    ts.dword(below(server, "ClusterSettings"), {"farm", "SessionDirectoryActive"});
}

void put_stations(Sheet& listener, const Registry& registry) {
    const auto stations = registry.current(reg_path::stations);
    auto names = nlohmann::json::array();
    for (const auto& key : keys_below(stations, listener.at("winstations"), listener.document()))
        names.push_back(name_of_key(key));
    listener.object()["winstations"] = std::move(names);
}

void put_proxies(Sheet& listener, const Registry& registry) {
    constexpr std::array<std::string_view, 4> families{"v4tov4", "v4tov6", "v6tov4", "v6tov6"};
    auto list = nlohmann::json::array();
    const auto pointer = listener.at("portproxy");
    for (const auto family : families) {
        const auto path = R"(Services\PortProxy\)" + std::string(family) + R"(\tcp)";
        const auto place = registry.current(path);
        for (const auto& entry : values_of(place, pointer, listener.document())) {
            if (list.size() == most_proxies) break;
            const auto data = place.hive->data(entry, longest_target);
            if (!data) {
                listener.failed("portproxy", data.error());
                continue;
            }
            auto to = text_of({.type = entry.type, .data = *data}).value_or("");
            list.push_back({{"listen", name_of_value(entry)}, {"to", std::move(to)}});
        }
    }
    listener.object()["portproxy"] = std::move(list);
}

std::uint32_t port_in_use(const nlohmann::json& listener) {
    const auto port = listener.value("port", usual_port);
    return port > 0 && port < 65536 ? port : usual_port;
}

} // namespace

void read_listener(const Registry& registry, Document& document) {
    Sheet listener(document.group("listener"), "/listener", document);
    put_switches(listener, registry);
    put_stations(listener, registry);
    put_proxies(listener, registry);
    put_firewall(listener, registry, port_in_use(listener.object()));
    document.offline("/listener/sockets");
    document.offline("/listener/networks");
}

} // namespace rdpsweep::offline
