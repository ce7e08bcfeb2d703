// /listener/sockets over CIM: what listens, and the processes behind sockets and services.
#include "core/text.hpp"
#include "core/unicode.hpp"
#include "probes/collect/cim/shared.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace rdpsweep::cim_plan {

namespace {

constexpr std::size_t most_sockets = 64;

void put_services_of(
    Steps& steps, const Shared& shared, const std::string& socket, std::uint64_t pid
) {
    if (!shared.services_read) return steps.unread(socket + "/svcs", "error", "no services");
    auto names = nlohmann::json::array();
    for (const auto& service : shared.running) {
        if (service.pid == pid) names.push_back(service.name);
    }
    steps.put(socket + "/svcs", std::move(names));
}

// Reads the names and ages of the processes that services and sockets pointed to.
void read_processes(Steps& steps, const cim::Rows& rows) {
    const auto of_pid = [&](const nlohmann::json& pid) -> const cim::Instance* {
        for (const auto& row : rows) {
            if (number_of(row, "ProcessId") == pid.get<std::uint64_t>()) return &row;
        }
        return nullptr;
    };
    const auto& services = steps.at("/svc");
    for (std::size_t i = 0; i < services.size(); ++i) {
        const auto* row = services[i].contains("pid") ? of_pid(services[i]["pid"]) : nullptr;
        const auto started = row == nullptr ? std::nullopt : time_of(*row, "CreationDate");
        if (!started) continue;
        steps.put("/svc/" + std::to_string(i) + "/proc_start", to_iso8601(*started));
    }
    const auto& sockets = steps.at("/listener/sockets");
    for (std::size_t i = 0; i < sockets.size(); ++i) {
        const auto pointer = "/listener/sockets/" + std::to_string(i) + "/img";
        const auto* row = of_pid(sockets[i]["pid"]);
        const auto name = row == nullptr ? std::nullopt : text_of(*row, "Name");
        if (name)
            steps.put(pointer, to_valid_utf8(name->substr(0, 1000)));
        else
            steps.unread(pointer, "absent", "");
    }
}

void ask_processes(Steps& steps) {
    std::set<std::uint64_t> pids;
    for (const auto& service : steps.at("/svc")) {
        if (service.value("pid", std::uint64_t{0}) != 0)
            pids.insert(service["pid"].get<std::uint64_t>());
    }
    for (const auto& socket : steps.at("/listener/sockets"))
        pids.insert(socket["pid"].get<std::uint64_t>());
    if (pids.empty()) return;
    std::string which;
    for (const auto pid : pids)
        which += (which.empty() ? "ProcessId=" : " OR ProcessId=") + std::to_string(pid);
    steps.query(
        "/listener/sockets",
        "root/cimv2",
        "SELECT ProcessId,Name,CreationDate FROM Win32_Process WHERE " + which,
        Steps::Readers{
            [&steps](const cim::Rows& rows) { read_processes(steps, rows); },
            [&steps](const Error& error) {
                for (std::size_t i = 0; i < steps.at("/listener/sockets").size(); ++i)
                    steps.unread("/listener/sockets/" + std::to_string(i) + "/img", error);
            }}
    );
}

void read_sockets(Steps& steps, const Shared& shared, const cim::Rows& rows) {
    steps.put("/listener/sockets", nlohmann::json::array());
    std::size_t count = 0;
    for (const auto& row : rows) {
        const auto address = text_of(row, "LocalAddress");
        const auto pid = number_of(row, "OwningProcess");
        if (!address || !pid || *pid > 0xffffffff || count == most_sockets) continue;
        const auto pointer = "/listener/sockets/" + std::to_string(count++);
        steps.put(pointer + "/a", address->substr(0, address->find('%')).substr(0, 64));
        steps.put(pointer + "/p", shared.port);
        steps.put(pointer + "/pid", *pid);
        put_services_of(steps, shared, pointer, *pid);
    }
}

} // namespace

void ask_sockets(Steps& steps, const SharedPtr& shared) {
    // State 2 is Listen. Windows Server 2008 R2 has no such class.
    steps.query(
        "/listener/sockets",
        "root/standardcimv2",
        "SELECT LocalAddress,OwningProcess FROM MSFT_NetTCPConnection WHERE State=2 AND "
        "LocalPort=" +
            std::to_string(shared->port),
        Steps::Readers{
            [&steps, shared](const cim::Rows& rows) {
                read_sockets(steps, *shared, rows);
                ask_processes(steps);
            },
            [&steps](const Error& error) {
                steps.unread("/listener/sockets", error);
                ask_processes(steps);
            }}
    );
}

} // namespace rdpsweep::cim_plan
