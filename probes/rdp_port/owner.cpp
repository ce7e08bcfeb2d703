// PORT.OWNER: every listener on the RDP port must be TermService's process.
//
// Article step 1, with 3389 (or PortNumber) instead of its 8080 and process ids instead of its
// "Termservice.exe", which does not exist: TermService lives in an svchost.exe, possibly a shared
// one, so only the process id tells it from another svchost.exe.
// Sample finding: broken, "10.0.0.4:3389 is held by tomcat9.exe (pid 4120), not by TermService".
#include "core/text.hpp"
#include "probes/rdp_port/rules.hpp"
#include "probes/reading/disk_view.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"PORT.OWNER", Cause::rdp_port, "1", Severity::critical};
constexpr auto keys = with_shared(
    "PORT.OWNER.ok",
    "PORT.OWNER.ok_system",
    "PORT.OWNER.no_listener",
    "PORT.OWNER.pid_unknown",
    "PORT.OWNER.system",
    "PORT.OWNER.foreign",
    "PORT.OWNER.foreign_nic",
    "PORT.OWNER.portproxy",
    "PORT.OWNER.portproxy_dormant",
    "PORT.OWNER.twin"
);

// On 2008R2 the RDP listener is a kernel driver: PID 4, the System process. UNVERIFIED, hence never
// more than unknown without a handshake.
constexpr std::uint32_t system_pid = 4;

struct Listener {
    const Socket* socket;
    std::size_t index; // in /listener/sockets
};

bool is_wildcard(std::string_view address) {
    return address == "0.0.0.0" || address == "::" || address == "*";
}

bool is_system_listener(const Facts& facts, const Socket& socket) {
    const auto number = build_of(facts);
    return socket.pid == system_pid && number && *number < build::server_2012;
}

bool hosts(const Socket& socket, std::string_view service) {
    return std::any_of(socket.services.begin(), socket.services.end(), [&](const auto& name) {
        return iequals(name, service);
    });
}

struct Owners {
    std::vector<Listener> ours;
    std::vector<Listener> foreign;
    std::vector<Listener> system; // PID 4 on 2008R2
};

Owners sort_listeners(const Facts& facts, std::uint32_t pid) {
    Owners owners;
    const auto& sockets = facts.rdp_port->sockets;
    for (std::size_t i = 0; i < sockets.size(); ++i) {
        if (sockets[i].port != facts.rdp_port->port()) continue;
        if (pid != 0 && sockets[i].pid == pid)
            owners.ours.push_back({&sockets[i], i});
        else if (is_system_listener(facts, sockets[i]))
            owners.system.push_back({&sockets[i], i});
        else
            owners.foreign.push_back({&sockets[i], i});
    }
    return owners;
}

bool holds(const std::vector<Listener>& listeners, std::string_view address) {
    return std::any_of(listeners.begin(), listeners.end(), [&](const Listener& listener) {
        return listener.socket->address == address;
    });
}

bool holds_specific_v4(const std::vector<Listener>& listeners) {
    return std::any_of(listeners.begin(), listeners.end(), [](const Listener& listener) {
        const std::string& address = listener.socket->address;
        return is_v4(address) && !is_wildcard(address) && !is_loopback(address);
    });
}

// Tells whether this foreign listener takes connections a client makes to the VM, although
// TermService listens too. Azure clients come in over IPv4 to a NIC's address: a bind to that
// address beats TermService's 0.0.0.0; a loopback bind or an IPv6 twin beside TermService's IPv4
// does not matter to them.
bool steals(const Socket& foreign, const Owners& owners) {
    if (is_loopback(foreign.address)) return false;
    const bool ours_on_v4 = holds(owners.ours, "0.0.0.0") || holds_specific_v4(owners.ours);
    if (!is_v4(foreign.address)) return !ours_on_v4;
    if (!is_wildcard(foreign.address)) return true;
    return !holds_specific_v4(owners.ours);
}

// From Windows Server 2012 on RDP is no kernel's listener: what listens in the System process is
// http.sys, for whoever registered an address with it.
bool is_http_sys(const Facts& facts, const Socket& socket) {
    return socket.pid == system_pid && build_of(facts) && !is_system_listener(facts, socket);
}

std::string owner_text(const Facts& facts, const Socket& socket) {
    std::string owner = socket.image.empty() ? "process" : socket.image;
    if (is_http_sys(facts, socket)) owner = "http.sys";
    owner += " (pid " + std::to_string(socket.pid) + ")";
    for (const std::string& service : socket.services)
        owner += " " + service;
    return owner;
}

Draft&
show(Draft& draft, const Facts& facts, const std::vector<Listener>& listeners, std::uint32_t pid) {
    for (const auto& [socket, index] : listeners) {
        const std::string expected = pid == 0 ? "TermService" : "pid " + std::to_string(pid);
        draft.saw(pointer_at("/listener/sockets", index, "a"), socket->address, "");
        std::string process = "pid " + std::to_string(socket->pid) + " " + socket->image;
        if (is_http_sys(facts, *socket))
            process += " = http.sys; netsh http show servicestate names its program";
        draft.saw(
            pointer_at("/listener/sockets", index, "pid"), process, expected + " (TermService)"
        );
        if (!socket->services.empty()) {
            std::string services;
            for (const std::string& name : socket->services)
                services += name + " ";
            draft.saw(
                pointer_at("/listener/sockets", index, "svcs"),
                std::string(trim(services)),
                "TermService"
            );
        }
    }
    return draft;
}

Finding judge_foreign(const Facts& facts, const Owners& owners, std::uint32_t pid) {
    const auto thief =
        std::find_if(owners.foreign.begin(), owners.foreign.end(), [&](const Listener& listener) {
            return owners.ours.empty() || steals(*listener.socket, owners);
        });
    const bool stolen = thief != owners.foreign.end();
    const Socket& socket = stolen ? *thief->socket : *owners.foreign.front().socket;
    std::string_view slug = owners.ours.empty() ? "foreign" : "foreign_nic";
    // netsh portproxy is served by the IP Helper service: stopping that service is not the cure.
    if (hosts(socket, "iphlpsvc")) slug = "portproxy";
    Draft draft = stolen ? broken(traits, slug) : at_risk(traits, "twin");
    draft.with("address", socket.address).with("port", std::to_string(socket.port));
    draft.with("owner", owner_text(facts, socket));
    return show(draft, facts, owners.foreign, pid);
}

// 2008R2: the System process holds the port. Only a completed handshake proves that it is RDP.
Finding judge_system(const Facts& facts, const Owners& owners, std::uint32_t pid) {
    if (completed_handshake(facts) != nullptr)
        return ok(traits, "ok_system").confidence(Confidence::functional);
    Draft draft = unknown(traits, "system");
    return show(draft, facts, owners.system, pid);
}

// Returns a portproxy rule for the port without a listener of its own: it takes over when IP Helper
// starts.
std::optional<Finding> dormant_proxy(const PortFacts& port) {
    const std::string number = std::to_string(port.port());
    for (std::size_t i = 0; i < port.port_proxies.size(); ++i) {
        const PortProxy& proxy = port.port_proxies[i];
        const auto slash = proxy.listen.rfind('/');
        if (slash == std::string::npos || proxy.listen.substr(slash + 1) != number) continue;
        return at_risk(traits, "portproxy_dormant")
            .with("listen", proxy.listen)
            .with("to", proxy.to)
            .saw(pointer_at("/listener/portproxy", i, "listen"), proxy.listen, "none");
    }
    return std::nullopt;
}

Finding judge_owners(const Facts& facts, const Owners& owners, std::uint32_t pid) {
    if (!owners.foreign.empty()) return judge_foreign(facts, owners, pid);
    if (owners.ours.empty() && !owners.system.empty()) return judge_system(facts, owners, pid);
    if (owners.ours.empty()) return not_applicable(traits, "no_listener");
    if (auto dormant = dormant_proxy(*facts.rdp_port)) return *dormant;
    const Socket& socket = *owners.ours.front().socket;
    return ok(traits)
        .with("port", std::to_string(socket.port))
        .saw(
            pointer_at("/listener/sockets", owners.ours.front().index, "pid"),
            "pid " + std::to_string(socket.pid),
            "pid " + std::to_string(pid)
        );
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    // Nobody sees who listens on a disk; a port proxy stands there.
    if (facts.rdp_port && needs_running(facts, "/listener/sockets")) {
        if (auto dormant = dormant_proxy(*facts.rdp_port)) return *dormant;
    }
    if (auto lost = missing(traits, facts, facts.rdp_port, "/listener/sockets")) return *lost;
    if (auto lost = missing(traits, facts, facts.services, "/svc")) return *lost;
    const Service* service = facts.services->find("TermService");
    const std::uint32_t pid = service != nullptr ? service->pid : 0;
    // Without a pid nothing tells TermService's own socket from a foreign one: only a service known
    // not to run has none.
    const bool may_run = service != nullptr &&
                         service->state.value_or(ServiceState::running) != ServiceState::stopped;
    if (may_run && pid == 0)
        return unknown(traits, "pid_unknown").saw("/svc", "TermService without a pid", "its pid");
    return judge_owners(facts, sort_listeners(facts, pid), pid);
}

} // namespace

Rule port_owner_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
