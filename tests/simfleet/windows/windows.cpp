// Installs a healthy machine, and changes everything but its certificates.
#include "tests/simfleet/windows/windows.hpp"

#include "tests/simfleet/windows/paths.hpp"
#include "tests/simfleet/windows/windows_setup.hpp"

#include <algorithm>
#include <utility>

namespace simfleet {
namespace {

constexpr std::uint32_t running = 4; // SERVICE_RUNNING
constexpr std::uint32_t system_pid = 4;

std::string hex_digits(Dice& dice, std::size_t count) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text.push_back(digits[dice.below(16)]);
    return text;
}

std::string guid(Dice& dice) {
    return hex_digits(dice, 8) + '-' + hex_digits(dice, 4) + "-4" + hex_digits(dice, 3) + "-a" +
           hex_digits(dice, 3) + '-' + hex_digits(dice, 12);
}

void name_it(Machine& machine) {
    auto& os = machine.state.os;
    const auto& plan = machine.plan;
    const bool joined = plan.domain_role == 1 || plan.domain_role >= 3;
    os.domain_role = plan.domain_role;
    os.domain = joined ? "corp.sim.test" : ""; // Tcpip\Parameters\Domain; a workgroup has none
    os.fqdn = joined ? plan.host + ".corp.sim.test" : plan.host;
    os.lcid = plan.lcid;
    os.boot = plan.now - day - machine.dice.below(30) * day - machine.dice.below(86'400);
    auto& hklm = machine.state.registry;
    hklm.set(paths::computer_name, "ComputerName", text_value(plan.host));
    hklm.set(paths::cryptography, "MachineGuid", text_value(guid(machine.dice)));
    const bool controller = plan.domain_role >= 4;
    hklm.set(
        paths::product_options, "ProductType", text_value(controller ? "LanmanNT" : "ServerNT")
    );
}

void start_services(Machine& machine) {
    auto& state = machine.state;
    state.processes.push_back({system_pid, "System", state.os.boot});
    const auto lsass = machine.start_process("lsass.exe");
    const auto shared = machine.start_process("svchost.exe");
    // Since 15063 most services have a process of their own; before, they share.
    const bool own = machine.plan.build >= 15063;
    for (const auto* name :
         {"TermService",
          "SessionEnv",
          "UmRdpService",
          "KeyIso",
          "CertPropSvc",
          "CryptSvc",
          "gpsvc",
          "iphlpsvc"}) {
        const std::string_view service = name;
        const bool alone = own || service == "TermService" || service == "CryptSvc";
        const auto pid = service == "KeyIso" ? lsass
                         : alone             ? machine.start_process("svchost.exe")
                                             : shared;
        state.services.push_back({name, running, pid, 0});
    }
}

void write_key_files(Machine& machine) {
    auto& files = machine.state.files;
    const auto suffix = '_' + machine.machine_guid();
    files.push_back({std::string(paths::machine_keys), true, 0, healthy_folder_sddl()});
    files.push_back({std::string(paths::cng_keys), true, 0, healthy_folder_sddl()});
    files.push_back({machine.key_path(), false, 2325, healthy_key_sddl(machine.plan.build)});
    const std::string others = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)";
    machine.add_key_file(capi_file_name("Microsoft Internet Information Server") + suffix, others);
    machine.add_key_file(capi_file_name("iisConfigurationKey") + suffix, others);
    machine.add_key_file(hex_digits(machine.dice, 32) + suffix, others);
    files.push_back(
        {std::string(paths::cng_keys) + '\\' + hex_digits(machine.dice, 32) + suffix,
         false,
         1810,
         others}
    );
}

} // namespace

std::string healthy_folder_sddl() {
    return "O:SYG:SYD:PAI(A;;0x12019f;;;WD)(A;;FA;;;BA)";
}

std::string healthy_key_sddl(std::uint32_t build) {
    const std::string third =
        build < 17763 ? "(A;;FR;;;BA)"
                      : "(A;;FA;;;S-1-5-80-4022436659-1090538466-1613889075-870485073-3428993833)";
    return "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)" + third;
}

Machine::Machine(Blueprint blueprint) : plan(std::move(blueprint)), dice(plan.seed) {
    state.registry = installed_registry(plan.build, plan.install_type);
    name_it(*this);
    start_services(*this);
    set_port(3389);
    write_key_files(*this);
    install_own(own_shape());
    state.management.networks = {state.os.domain_role == 2 ? 0u : 2u}; // public, or the domain's
    state.management.policy_source = {{"layer", 0}, {"nla", 0}, {"minenc", 0}};
    state.boot = {true, false, 1, 115'200};
    state.oldest_event = plan.now - 20 * day - dice.below(40) * day;
    state.active_sessions = dice.below(3);
    state.disconnected_sessions = dice.below(2);
}

std::uint32_t Machine::start_process(std::string image) {
    const auto taken = [&](std::uint32_t pid) { return state.process(pid) != nullptr; };
    auto pid = 600 + 4 * dice.below(1'800); // Windows' pids are multiples of 4
    while (taken(pid))
        pid += 4;
    state.processes.push_back({pid, std::move(image), state.os.boot + 20 + dice.below(60)});
    return pid;
}

std::uint32_t Machine::termservice_pid() const {
    const auto* service = state.service("TermService");
    return service == nullptr ? 0 : service->pid;
}

void Machine::listen(std::string address, std::uint16_t port, std::uint32_t pid) {
    state.sockets.push_back({std::move(address), port, pid});
}

void Machine::stop_listening() {
    const auto pid = termservice_pid();
    std::erase_if(state.sockets, [&](const auto& socket) { return socket.pid == pid; });
}

void Machine::set_port(std::uint16_t port) {
    set_rdp("PortNumber", port);
    stop_listening();
    listen("0.0.0.0", port, termservice_pid());
    listen("::", port, termservice_pid());
}

void Machine::set_rdp(std::string_view value, std::uint32_t number) {
    state.registry.set(paths::rdp_tcp, value, dword_value(number));
}

void Machine::set_policy(std::string_view value, std::uint32_t number) {
    state.registry.set(paths::ts_policy, value, dword_value(number));
}

void Machine::allow_port(std::string_view rule, std::uint16_t port) {
    const auto text = firewall_rule(plan.build, port, true);
    state.registry.set(paths::firewall, rule, text_value(text));
}

void Machine::set_rule(std::string_view field) {
    const auto* rule =
        plan.build == 7601 ? "RemoteDesktop-In-TCP" : "RemoteDesktop-UserMode-In-TCP";
    auto text = state.registry.text(paths::firewall, rule).value_or("|");
    const auto name = '|' + std::string(field.substr(0, field.find('=') + 1));
    if (const auto at = text.find(name); at != std::string::npos)
        text.erase(at + 1, text.find('|', at + 1) - at);
    state.registry.set(paths::firewall, rule, text_value(text + std::string(field)));
}

void Machine::set_start(std::string_view service, std::uint32_t start) {
    const auto path = std::string(paths::services) + '\\' + std::string(service);
    state.registry.set(path, "Start", dword_value(start));
}

void Machine::stop_service(std::string_view service) {
    auto* found = state.service(service);
    if (found == nullptr) return;
    if (found->pid != 0 && service == "TermService") stop_listening();
    // It depends on TermService, and goes down with it.
    if (service == "TermService") stop_service("UmRdpService");
    found->state = 1;
    found->pid = 0;
}

void Machine::set_protocol(
    std::string_view protocol, std::uint32_t enabled, std::uint32_t by_default
) {
    const auto path =
        std::string(paths::schannel) + "\\Protocols\\" + std::string(protocol) + "\\Server";
    state.registry.set(path, "Enabled", dword_value(enabled));
    state.registry.set(path, "DisabledByDefault", dword_value(by_default));
}

void Machine::set_suite_policy(std::string_view comma_list) {
    state.registry.set(paths::suites_policy, "Functions", text_value(comma_list));
}

void Machine::log(
    std::string provider,
    std::uint32_t id,
    std::int64_t seconds_ago,
    std::map<std::string, std::string> data,
    std::string binary
) {
    const auto* issuer = state.service(provider == "Schannel" ? "KeyIso" : "TermService");
    LogEvent event{
        std::move(provider),
        id,
        plan.now - seconds_ago,
        issuer == nullptr ? 0 : issuer->pid,
        std::move(data),
        std::move(binary),
        false};
    const auto older = [&](const LogEvent& other) {
        return !other.provoked && other.time < event.time;
    };
    const auto place = std::find_if(state.events.begin(), state.events.end(), older);
    state.events.insert(place, std::move(event));
}

void Machine::log_provoked(
    std::string provider, std::uint32_t id, std::map<std::string, std::string> data
) {
    const auto* issuer = state.service(provider == "Schannel" ? "KeyIso" : "TermService");
    LogEvent event{
        std::move(provider),
        id,
        plan.now,
        issuer == nullptr ? 0 : issuer->pid,
        std::move(data),
        {},
        true};
    state.events.insert(state.events.begin(), std::move(event));
}

void Machine::forbid(std::string resource, std::string why, std::string code) {
    state.limits.push_back({std::move(resource), std::move(why), std::move(code)});
}

void Machine::state_handshake(Handshake handshake) {
    state.stated_handshakes.push_back(std::move(handshake));
}

} // namespace simfleet
