// Somebody else on the RDP port, or nobody on it (article step 1).
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

// Another program was there first: TermService runs without a listener.
void take(Machine& machine, std::string image) {
    machine.stop_listening();
    const auto pid = machine.start_process(std::move(image));
    machine.listen("0.0.0.0", 3389, pid);
}

void by_java(Machine& machine) {
    take(machine, "java.exe");
}

// A service that anybody may have installed; it can be stopped, and not come back.
void by_service(Machine& machine) {
    constexpr std::uint32_t running = 4, automatic = 2;
    by_java(machine);
    const auto pid = machine.state.sockets.back().pid;
    machine.state.services.push_back({"TomcatGateway", running, pid, 0});
    machine.set_start("TomcatGateway", automatic);
}

// Its image is svchost.exe too: only the process id tells.
void by_svchost(Machine& machine) {
    take(machine, "svchost.exe");
}

// A bind to the NIC's own address beats TermService's wildcard; loopback still reaches RDP.
void on_nic(Machine& machine) {
    machine.listen("10.0.0.4", 3389, machine.start_process("nginx.exe"));
}

void beside(Machine& machine, std::string address) {
    std::erase_if(machine.state.sockets, [](const auto& socket) { return socket.address == "::"; });
    machine.listen(std::move(address), 3389, machine.start_process("node.exe"));
}

// netsh interface portproxy: IP Helper answers and forwards to some other VM.
void by_proxy(Machine& machine) {
    machine.stop_listening();
    machine.state.registry.set(paths::port_proxy, "*/3389", text_value("10.0.0.9/3389"));
    machine.listen("0.0.0.0", 3389, machine.state.service("iphlpsvc")->pid);
    auto elsewhere = machine.own_shape();
    elsewhere.common_name = "jump-9.corp.sim.test";
    Handshake shake;
    shake.selected = 2;
    shake.tls = "1.2";
    shake.suite = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    shake.thumbprint = make_certificate(elsewhere).thumbprint;
    machine.state_handshake(shake);
}

void stale_adapter(Machine& machine) {
    machine.set_rdp("LanAdapter", 3);
    machine.stop_listening();
}

// A port range that is reserved for IPv4 leaves TermService its other socket.
void ipv6_only(Machine& machine) {
    std::erase_if(machine.state.sockets, [](const auto& socket) {
        return socket.address == "0.0.0.0";
    });
}

// Neither of the two sources answers.
void sockets_unread(Machine& machine) {
    machine.forbid(R"(wmi:root\StandardCimv2)");
    machine.forbid("command:netstat.exe", "error");
}

// 2008 R2 with the kernel's socket, and nothing that proves RDP behind it.
void kernel_unproven(Machine& machine) {
    machine.stop_listening();
    machine.listen("0.0.0.0", 3389, 4);
    machine.forbid("net:loopback", "skipped", "");
}

constexpr const char* first_socket = " /listener/sockets/0/a /listener/sockets/0/pid";

// by: what more is known of the process than its number.
Truth taken(std::uint32_t build, const std::string& by = "") {
    return assessed(
        "broken",
        "rdp_port",
        with(
            handshake_failed(build, other_answer),
            {{"PORT.OWNER", std::string("broken critical direct foreign") + first_socket + by}}
        )
    );
}

Truth silent(std::uint32_t build, const std::string& key) {
    return assessed(
        "broken",
        "rdp_port",
        with(
            handshake_failed(build, nobody_listens),
            {{"PORT.OWNER", "not_applicable no_listener"},
             {"PORT.NOLISTEN",
              "broken critical direct " + key + " /listener/sockets /listener/lan"}}
        )
    );
}

Truth owner(const Expected& expected) {
    return assessed(expected.verdict, "rdp_port", {{"PORT.OWNER", expected}});
}

// Beside TermService's own, where clients do not come.
Truth twin(std::uint32_t) {
    return owner("at_risk high direct twin /listener/sockets/1/a /listener/sockets/1/pid");
}

const std::array port_table{
    Profile{
        .name = "port_taken",
        .kind = Kind::fault,
        .weight = 24,
        .builds = current_builds(),
        .damage = by_java,
        .truth = [](std::uint32_t build) { return taken(build); }},
    Profile{
        .name = "port_taken_by_service",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = by_service,
        .truth = [](std::uint32_t build) { return taken(build, " /listener/sockets/0/svcs"); }},
    Profile{
        .name = "port_taken_by_svchost",
        .kind = Kind::fault,
        .weight = 4,
        .builds = current_builds(),
        .damage = by_svchost,
        .truth = [](std::uint32_t build) { return taken(build); }},
    Profile{
        .name = "port_taken_on_nic",
        .kind = Kind::fault,
        .weight = 5,
        .builds = current_builds(),
        .damage = on_nic,
        .truth =
            [](std::uint32_t) {
                return owner("broken critical direct foreign_nic /listener/sockets/2/a"
                             " /listener/sockets/2/pid");
            }},
    Profile{
        .name = "port_twin",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = [](Machine& machine) { beside(machine, "::"); },
        .truth = twin},
    Profile{
        .name = "port_loopback",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = [](Machine& machine) { beside(machine, "::1"); },
        .truth = twin},
    // The far VM's certificate is not this one's; from 17763 on that leaves the key unproven.
    Profile{
        .name = "port_proxied",
        .kind = Kind::fault,
        .weight = 3,
        .builds = open_key_builds(),
        .damage = by_proxy,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "broken",
                    "rdp_port",
                    {{"PORT.OWNER",
                      std::string("broken critical direct portproxy") + first_socket +
                          " /listener/sockets/0/svcs"},
                     {"CERT.BINDING", "at_risk medium functional other /hs/0/thumb"}}
                );
            },
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "port_silent",
        .kind = Kind::fault,
        .weight = 4,
        .builds = current_builds(),
        .damage = [](Machine& machine) { machine.stop_listening(); },
        .truth = [](std::uint32_t build) { return silent(build, "silent"); }},
    Profile{
        .name = "port_stale_adapter",
        .kind = Kind::fault,
        .weight = 4,
        .builds = current_builds(),
        .damage = stale_adapter,
        .truth = [](std::uint32_t build) { return silent(build, "adapter"); }},
    Profile{
        .name = "port_ipv6_only",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = ipv6_only,
        .truth =
            [](std::uint32_t build) {
                return assessed(
                    "broken",
                    "rdp_port",
                    with(
                        handshake_failed(build, nobody_listens),
                        {{"PORT.NOLISTEN", "broken critical direct no_ipv4 /listener/sockets"}}
                    )
                );
            }},
    Profile{
        .name = "port_unread",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = sockets_unread,
        .truth =
            [](std::uint32_t) {
                constexpr auto unread = "unknown critical direct rule.unread /listener/sockets";
                return assessed(
                    "unknown", "none", {{"PORT.OWNER", unread}, {"PORT.NOLISTEN", unread}}
                );
            }},
    Profile{
        .name = "port_kernel_unproven",
        .kind = Kind::fault,
        .weight = 1,
        .builds = only<7601>(),
        .damage = kernel_unproven,
        .truth =
            [](std::uint32_t build) {
                // Its TLS 1.2 works only with an update that leaves no trace but a handshake.
                return assessed(
                    "at_risk",
                    "tls_protocols",
                    with(
                        handshake_not_run(build),
                        {{"PORT.OWNER",
                          std::string("unknown critical direct system") + first_socket},
                         {"TLS.PROTO",
                          std::string("at_risk high direct only_legacy") + every_version}}
                    )
                );
            },
        .wire = {.rdp_outside = false}}};

} // namespace

std::span<const Profile> port_profiles() {
    return port_table;
}

} // namespace simfleet
