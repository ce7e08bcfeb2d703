// Holds the resources that a fix may change, each with how it is read, set and put back.
#include "tests/simfleet/windows/change_script.hpp"

#include "core/change.hpp"
#include "core/encoding.hpp"
#include "core/service_start.hpp"
#include "core/text.hpp"
#include "tests/simfleet/rdp/loopback.hpp"
#include "tests/simfleet/windows/access.hpp"
#include "tests/simfleet/windows/own_certificate.hpp"
#include "tests/simfleet/windows/paths.hpp"
#include "tests/simfleet/windows/windows_setup.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>

namespace simfleet {

namespace {

using nlohmann::json;
using rdpsweep::Change;

struct Row {
    Change change;
    std::string found, did = "kept", now, why, to;
};

std::string path_of(const Change& change) {
    constexpr std::string_view mark = "%ProgramData%";
    if (!change.place.starts_with(mark)) return change.place;
    return R"(C:\ProgramData)" + change.place.substr(mark.size());
}

std::size_t missing_levels(const State& state, std::string place) {
    std::size_t missing = 0;
    while (state.registry.find(place) == nullptr) {
        ++missing;
        const auto cut = place.rfind('\\');
        if (cut == std::string::npos) break;
        place.resize(cut);
    }
    return missing;
}

std::string value_state(const State& state, const Change& change) {
    if (state.registry.find(change.place) == nullptr)
        return "absent/" + std::to_string(missing_levels(state, change.place));
    const auto* value = state.registry.value(change.place, change.name);
    if (value == nullptr) return "absent";
    if (const auto number = state.registry.dword(change.place, change.name))
        return "dword:" + std::to_string(*number);
    if (value->type == reg_binary) return "binary:" + rdpsweep::hex_encode(value->data);
    return "other:" + std::to_string(value->type);
}

// The group is not among what is asked for.
std::string without_group(const std::string& sddl) {
    const auto group = sddl.find("G:"), dacl = sddl.find("D:");
    if (group == std::string::npos || dacl < group) return sddl;
    return sddl.substr(0, group) + sddl.substr(dacl);
}

std::string services_key(const Change& change) {
    return R"(SYSTEM\CurrentControlSet\Services\)" + change.place;
}

std::string account_state(const State& state, const Change& change) {
    const auto name = state.registry.text(services_key(change), "ObjectName");
    if (!name) return "other:absent";
    const bool system = rdpsweep::iequals(*name, "LocalSystem");
    const bool network = rdpsweep::iequals(*name, R"(NT AUTHORITY\NetworkService)");
    return "account:S-1-5-" + std::string(system ? "18" : network ? "20" : "19") + ":" + *name;
}

void set_account(State& state, const Change& change, const std::string& to) {
    const auto parts = rdpsweep::split(to, ':');
    state.registry.set(
        services_key(change),
        "ObjectName",
        text_value(parts.size() == 3 ? parts[2] : R"(NT AUTHORITY\NetworkService)")
    );
}

std::string key_state(const State& state, const Change& change) {
    const auto* key = state.registry.find(change.place);
    return key == nullptr || !key->sddl ? "other:unread" : "sddl:" + without_group(*key->sddl);
}

std::string boot_number(const std::optional<std::uint32_t>& number) {
    return number ? "boot:" + std::to_string(*number) : "absent";
}

std::string boot_state(const State& state, const Change& change) {
    const auto& boot = state.boot;
    if (change.name == "emsport") return boot_number(boot.port);
    if (change.name == "emsbaudrate") return boot_number(boot.baud);
    return !boot.ems ? "absent" : *boot.ems ? "boot:on" : "boot:off";
}

void set_boot(State& state, const Change& change, const std::string& to) {
    auto& boot = state.boot;
    if (change.name == "ems") {
        boot.ems = to == "absent" ? std::optional<bool>() : to == "boot:on";
        return;
    }
    auto& number = change.name == "emsport" ? boot.port : boot.baud;
    number.reset();
    if (to != "absent") number = static_cast<std::uint32_t>(std::stoul(to.substr(5)));
}

std::string state_of(const State& state, const Change& change) {
    if (change.kind == Change::Kind::value) return value_state(state, change);
    if (change.kind == Change::Kind::key) return key_state(state, change);
    if (change.kind == Change::Kind::account) return account_state(state, change);
    if (change.kind == Change::Kind::task) return "absent";
    if (change.kind == Change::Kind::start) {
        const auto start = state.registry.dword(services_key(change), "Start");
        return start ? "start:" + std::to_string(*start) : "other:absent";
    }
    if (change.kind == Change::Kind::certificate) return certificate_state(state, change);
    if (change.kind == Change::Kind::boot) return boot_state(state, change);
    if (change.kind == Change::Kind::firewall) {
        const bool there = state.registry.value(paths::firewall, change.place) != nullptr;
        return there ? change.after : "absent";
    }
    if (change.kind == Change::Kind::run) {
        const auto* service = state.service(change.place);
        if (service == nullptr) return "other:absent";
        return service->state == 4 ? "running" : service->state == 1 ? "stopped" : "other:pending";
    }
    const auto* file = state.file(path_of(change));
    return file == nullptr ? "other:unread" : "sddl:" + without_group(file->sddl);
}

void remove_value(State& state, const Change& change, std::size_t levels) {
    state.registry.erase_value(change.place, change.name);
    auto place = change.place;
    for (std::size_t i = 0; i < levels; ++i) {
        const auto* key = state.registry.find(place);
        if (key != nullptr && key->keys.empty() && key->values.empty()) state.registry.erase(place);
        place.resize(place.rfind('\\'));
    }
}

// TermService listens while it runs.
void run_service(State& state, const std::string& name, bool runs) {
    constexpr std::uint32_t pid = 4'242; // of nobody else
    auto* service = state.service(name);
    service->state = runs ? 4 : 1;
    service->pid = runs ? pid : 0;
    std::erase_if(state.sockets, [](const auto& socket) { return socket.pid == pid; });
    std::erase_if(state.processes, [](const auto& process) { return process.pid == pid; });
    if (!runs) return;
    state.processes.push_back({pid, "svchost.exe", static_cast<std::int64_t>(std::time(nullptr))});
    if (!rdpsweep::iequals(name, "TermService")) return;
    const auto port = state.registry.dword(paths::rdp_tcp, "PortNumber").value_or(3389);
    for (const auto* address : {"0.0.0.0", "::"})
        state.sockets.push_back({address, static_cast<std::uint16_t>(port), pid});
}

// Another service comes back as it was: with its process, and its place on the port.
void revive(State& state, const std::string& name, const State& original) {
    const auto* before = original.service(name);
    *state.service(name) = *before;
    if (const auto* process = original.process(before->pid)) state.processes.push_back(*process);
    for (const auto& socket : original.sockets) {
        if (socket.pid == before->pid) state.sockets.push_back(socket);
    }
}

void stop_other(State& state, const std::string& name) {
    auto* service = state.service(name);
    std::erase_if(state.sockets, [&](const auto& socket) { return socket.pid == service->pid; });
    std::erase_if(state.processes, [&](const auto& process) {
        return process.pid == service->pid;
    });
    service->state = 1;
    service->pid = 0;
}

// TermService listens again where nobody else does.
void restart_listener(State& state) {
    const auto* service = state.service("TermService");
    if (service == nullptr || service->pid == 0) return;
    const auto port = state.registry.dword(paths::rdp_tcp, "PortNumber").value_or(3389);
    bool ours = false, foreign = false;
    for (const auto& socket : state.sockets) {
        if (socket.port != port) continue;
        (socket.pid == service->pid ? ours : foreign) = true;
    }
    if (foreign || ours) return;
    for (const auto* address : {"0.0.0.0", "::"})
        state.sockets.push_back({address, static_cast<std::uint16_t>(port), service->pid});
}

// Who was there first when the machine was found has the port again.
void yield_port(State& state, const State& original) {
    const auto* service = state.service("TermService");
    const bool had =
        std::any_of(original.sockets.begin(), original.sockets.end(), [&](const auto& socket) {
            return service != nullptr && socket.pid == service->pid;
        });
    if (service == nullptr || had) return;
    std::erase_if(state.sockets, [&](const auto& socket) { return socket.pid == service->pid; });
}

// TermService watches its switches: it listens as soon as both let it, and stops when one does not.
void follow_switches(State& state, const State& original) {
    const auto denied = state.registry.dword(paths::terminal_server, "fDenyTSConnections");
    const auto enabled = state.registry.dword(paths::rdp_tcp, "fEnableWinStation");
    if (denied == 0u && enabled == 1u)
        restart_listener(state);
    else
        yield_port(state, original);
}

bool is_switch(const Change& change) {
    return change.name == "fDenyTSConnections" || change.name == "fEnableWinStation";
}

void set_state(State& state, const Change& change, const std::string& to, const State& original) {
    if (change.kind == Change::Kind::certificate) return set_certificate(state, change, to);
    if (change.kind == Change::Kind::boot) return set_boot(state, change, to);
    if (change.kind == Change::Kind::account) return set_account(state, change, to);
    if (change.kind == Change::Kind::key) {
        const auto sddl = *state.registry.find(change.place)->sddl;
        state.registry.protect(
            change.place, sddl.substr(0, sddl.find("D:")) + to.substr(to.find("D:"))
        );
        return;
    }
    if (change.kind == Change::Kind::firewall) {
        state.registry.erase_value(paths::firewall, change.place);
        if (to == "absent") return;
        const auto port = static_cast<std::uint16_t>(std::stoul(to.substr(5)));
        state.registry.set(
            paths::firewall, change.place, text_value(firewall_rule(state.build(), port, true))
        );
        return;
    }
    if (change.kind == Change::Kind::start) {
        const auto start = static_cast<std::uint32_t>(std::stoul(to.substr(6)));
        state.registry.set(services_key(change), "Start", dword_value(start));
        return;
    }
    if (change.kind == Change::Kind::run) {
        const auto* before = original.service(change.place);
        if (before == nullptr || before->state != 4)
            run_service(state, change.place, to == "running");
        else if (to == "running")
            revive(state, change.place, original);
        else
            stop_other(state, change.place);
        return;
    }
    if (change.kind != Change::Kind::value) {
        auto* file = state.file(path_of(change));
        const auto dacl = file->sddl.find("D:");
        file->sddl = file->sddl.substr(0, dacl) + to.substr(to.find("D:"));
        return;
    }
    if (to.starts_with("absent"))
        remove_value(state, change, to.size() > 7 ? std::stoul(to.substr(7)) : 0);
    else if (to.starts_with("dword:"))
        state.registry.set(
            change.place,
            change.name,
            dword_value(static_cast<std::uint32_t>(std::stoul(to.substr(6))))
        );
    else
        state.registry.set(
            change.place, change.name, binary_value(rdpsweep::hex_decode(to.substr(7)).value_or(""))
        );
}

std::string document_of(const std::string& mode, const std::vector<Row>& rows) {
    auto list = json::array();
    for (const auto& row : rows) {
        list.push_back(
            {{"found", rdpsweep::base64_encode(row.found)},
             {"did", row.did},
             {"now", rdpsweep::base64_encode(row.now)},
             {"why", rdpsweep::base64_encode(row.why)}}
        );
    }
    return json{{"schema", "changes/1"}, {"mode", mode}, {"changes", std::move(list)}}.dump();
}

// False when a row is neither as expected nor done.
bool find_work(std::vector<Row>& rows, bool apply) {
    bool good = true;
    for (auto& row : rows) {
        const auto& from = apply ? row.change.before : row.change.after;
        const auto& to = apply ? row.change.after : row.change.before;
        if (rdpsweep::state::same(to, row.found)) continue;
        if (rdpsweep::state::same(from, row.found)) {
            row.to = to;
            continue;
        }
        row.did = "drift";
        good = false;
    }
    return good;
}

// Tells whether a task that runs as SYSTEM, or SYSTEM itself, makes the change.
bool is_made_by_system(const State& state, const std::vector<Row>& rows, const Change& change) {
    if (state.collector.sid == "S-1-5-18") return true;
    return std::any_of(rows.begin(), rows.end(), [&](const Row& row) {
        return row.change.kind == Change::Kind::task && row.change.name == change.place;
    });
}

// Returns what Windows says instead of doing it; empty when it does it.
std::string refusal_of(const State& state, const std::vector<Row>& rows, const Row& row) {
    constexpr std::uint32_t write_dac = 0x40000;
    const auto& change = row.change;
    const bool starts = change.kind == Change::Kind::run && row.to == "running";
    if (starts &&
        state.registry.dword(services_key(change), "Start") == rdpsweep::service_start::disabled)
        return "The service cannot be started, either because it is disabled or because it has no "
               "enabled devices associated with it (1058)";
    const bool dacl = change.kind == Change::Kind::rights || change.kind == Change::Kind::folder ||
                      change.kind == Change::Kind::key;
    if (!dacl || is_made_by_system(state, rows, change)) return {};
    const auto* key = state.registry.find(change.place);
    const auto* file = state.file(path_of(change));
    const std::string& sddl = change.kind == Change::Kind::key ? *key->sddl : file->sddl;
    if (allows(sddl, administrator_token(), write_dac)) return {};
    return "Attempted to perform an unauthorized operation.";
}

void do_work(const Vm& vm, std::vector<Row>& rows, bool apply, bool restart) {
    State changed = *vm.state;
    const auto& original = vm.original == nullptr ? *vm.state : *vm.original;
    bool any = false;
    const auto write = [&](Row& row) {
        if (row.to.empty()) return true;
        if (vm.wire.writes_denied) {
            row.did = "failed";
            row.why = "Requested registry access is not allowed.";
            return false;
        }
        if (auto refusal = refusal_of(changed, rows, row); !refusal.empty()) {
            row.did = "failed";
            row.why = std::move(refusal);
            return false;
        }
        set_state(changed, row.change, row.to, original);
        if (is_switch(row.change)) follow_switches(changed, original);
        row.did = "written";
        any = true;
        return true;
    };
    if (apply)
        static_cast<void>(std::all_of(rows.begin(), rows.end(), write));
    else
        static_cast<void>(std::all_of(rows.rbegin(), rows.rend(), write));
    if (!any) return;
    if (restart && apply) restart_listener(changed);
    if (restart && !apply) yield_port(changed, original);
    if (vm.wire.deaf_listener && apply) changed.stated_handshakes = loopback_handshakes(*vm.state);
    if (vm.wire.deaf_listener && !apply) changed.stated_handshakes.clear();
    if (vm.original == nullptr) vm.original = vm.state;
    vm.state = std::make_shared<const State>(std::move(changed));
    ++(apply ? vm.applied : vm.undone);
}

} // namespace

bool is_change_script(std::string_view script) {
    return script.find("changes/1") != std::string_view::npos;
}

std::string run_change_script(const Vm& vm, const std::string& arguments) {
    const auto asked = json::parse(arguments, nullptr, false);
    if (!asked.is_object()) return document_of("read", {});
    const auto mode = asked.value("mode", std::string("read"));
    const auto lines = rdpsweep::base64_decode(asked.value("changes", std::string()));
    const auto changes = rdpsweep::changes_from_lines(lines.value_or(""));
    std::vector<Row> rows;
    if (changes) {
        for (const auto& change : *changes)
            rows.push_back({change, state_of(*vm.state, change), "kept", "", "", ""});
    }
    if (mode != "read" && find_work(rows, mode == "apply"))
        do_work(vm, rows, mode == "apply", asked.value("restart", false));
    for (auto& row : rows)
        row.now = state_of(*vm.state, row.change);
    return document_of(mode, rows);
}

} // namespace simfleet
