// The WMI classes of a simulated Windows, as far as somebody who looks at RDP asks for them.
#include "core/text.hpp"
#include "tests/simfleet/windows/access.hpp"
#include "tests/simfleet/windows/paths.hpp"
#include "tests/simfleet/wmi/cim_host.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>

namespace simfleet {

namespace {

using Rows = std::vector<CimRow>;

std::int64_t clock_of(const State& state) {
    return std::time(nullptr) + state.os.clock_offset;
}

Rows operating_system(const State& state) {
    const bool controller =
        state.registry.text(paths::product_options, "ProductType") == "LanmanNT";
    return {
        {{"BuildNumber", cim_text(std::to_string(state.build()))},
         {"LastBootUpTime", cim_time(state.os.boot)},
         {"LocalDateTime", cim_time(clock_of(state))},
         {"OSLanguage", cim_number(state.os.lcid)},
         {"ProductType", cim_number(controller ? 2 : 3)},
         {"SystemDrive", cim_text("C:")}}};
}

Rows computer_system(const State& state) {
    return {
        {{"DomainRole", cim_number(state.os.domain_role)},
         {"Name",
          cim_text(state.registry.text(paths::computer_name, "ComputerName").value_or(""))}}};
}

// The system drive, and the temporary one that Azure adds.
Rows logical_disks(const State& state) {
    return {
        {{"DeviceID", cim_text("C:")}, {"FreeSpace", cim_number(state.os.disk_free)}},
        {{"DeviceID", cim_text("D:")}, {"FreeSpace", cim_number(1'048'576)}}};
}

Rows utc_time(const State& state) {
    const std::time_t now = clock_of(state);
    std::tm parts{};
    gmtime_r(&now, &parts);
    const auto part = [](int number) { return cim_number(static_cast<std::uint64_t>(number)); };
    return {
        {{"Year", part(parts.tm_year + 1900)},
         {"Month", part(parts.tm_mon + 1)},
         {"Day", part(parts.tm_mday)},
         {"Hour", part(parts.tm_hour)},
         {"Minute", part(parts.tm_min)},
         {"Second", part(parts.tm_sec)},
         {"Milliseconds", cim_null()}}};
}

CimRow service_row(const State& state, const ServiceRuntime& service) {
    constexpr std::array<const char*, 8> states{
        "",
        "Stopped",
        "Start Pending",
        "Stop Pending",
        "Running",
        "Continue Pending",
        "Pause Pending",
        "Paused"};
    const auto key = std::string(paths::services) + '\\' + service.name;
    return {
        {"Name", cim_text(service.name)},
        {"State", cim_text(states[std::min<std::size_t>(service.state, 7)])},
        {"ProcessId", cim_number(service.pid)},
        {"ExitCode", cim_number(service.exit_code)},
        {"StartName", cim_text(state.registry.text(key, "ObjectName").value_or(""))}};
}

Rows services(const State& state) {
    Rows rows;
    for (const auto& service : state.services)
        rows.push_back(service_row(state, service));
    return rows;
}

Rows processes(const State& state) {
    Rows rows;
    for (const auto& process : state.processes) {
        rows.push_back(
            {{"ProcessId", cim_number(process.pid)},
             {"Name", cim_text(process.image)},
             {"CommandLine", cim_null()},
             {"CreationDate", cim_time(process.started)}}
        );
    }
    return rows;
}

// Accounts of services that are no well-known ones.
Rows accounts(const State& state) {
    Rows rows;
    for (const auto& service : state.services) {
        const auto key = std::string(paths::services) + '\\' + service.name;
        const auto account = state.registry.text(key, "ObjectName").value_or("");
        const auto cut = account.find('\\');
        if (cut == std::string::npos) continue;
        rows.push_back(
            {{"Domain", cim_text(account.substr(0, cut))},
             {"Name", cim_text(account.substr(cut + 1))},
             {"SID", cim_text("S-1-5-21-1004336348-1177238915-682003330-2604")}}
        );
    }
    if (rows.empty()) {
        rows.push_back({{"Domain", cim_text("X")}, {"Name", cim_text("X")}, {"SID", cim_text("X")}}
        );
    }
    return rows;
}

// A folder that the account may not list has no files for this provider.
bool listed(const State& state, const std::string& folder) {
    const auto* entry = state.file(folder);
    return state.limit("dir:" + folder) == nullptr && entry != nullptr &&
           allows(entry->sddl, administrator_token(), list_directory);
}

CimRow file_row(const std::string& path, std::uint64_t size) {
    const auto cut = path.rfind('\\');
    return {
        {"Drive", cim_text("c:")},
        {"Path", cim_text(rdpsweep::ascii_lower(path.substr(2, cut - 1)))},
        {"Name", cim_text(path)},
        {"FileSize", cim_number(size)}};
}

Rows files(const State& state) {
    Rows rows;
    for (const auto& file : state.files) {
        if (file.folder || !listed(state, file.path.substr(0, file.path.rfind('\\')))) continue;
        rows.push_back(file_row(file.path, file.size));
    }
    if (state.management.dsc) {
        rows.push_back(file_row(R"(C:\Windows\System32\Configuration\Current.mof)", 4'212));
    }
    // Some other file of the system: the class is never empty.
    rows.push_back(file_row(R"(C:\Windows\win.ini)", 92));
    return rows;
}

std::string source_of(const std::string& provider) {
    if (provider == "SCM") return "Service Control Manager";
    return provider;
}

// The fields of an event in the order its provider declares them.
std::vector<std::string> strings_of(const LogEvent& event) {
    constexpr std::array<std::string_view, 10> order{
        "Type",
        "ErrorCode",
        "ErrorState",
        "ErrorStatus",
        "Protocol",
        "CertFlags",
        "AlertDesc",
        "TargetName",
        "CallerProcessId",
        "CallerProcessImageName"};
    std::vector<std::string> texts;
    if (event.provider == "Schannel") {
        for (const auto name : order) {
            const auto found = event.data.find(std::string(name));
            if (found != event.data.end()) texts.push_back(found->second);
        }
        return texts;
    }
    for (const auto& [name, text] : event.data)
        texts.push_back(text);
    return texts;
}

CimRow event_row(
    const std::string& source,
    std::uint32_t id,
    std::int64_t time,
    std::vector<std::string> texts,
    std::string_view data
) {
    return {
        {"Logfile", cim_text("System")},
        {"SourceName", cim_text(source)},
        {"EventCode", cim_number(id)},
        {"TimeGenerated", cim_time(time)},
        {"InsertionStrings", cim_texts(std::move(texts))},
        {"Data", cim_bytes(data)}};
}

// Only the classic logs are here, and of ours only System. What the collector's own handshake would
// provoke did not happen.
Rows events(const State& state) {
    Rows rows;
    for (const auto& event : state.events) {
        const bool in_system = event.provider == "Schannel" || event.provider == "SCM" ||
                               event.provider == "NETLOGON" ||
                               (event.provider == "TermService" && event.id >= 1000);
        if (!in_system || event.provoked) continue;
        rows.push_back(event_row(
            source_of(event.provider), event.id, event.time, strings_of(event), event.binary
        ));
    }
    rows.push_back(event_row("EventLog", 6013, state.oldest_event, {"", "", "86400"}, ""));
    rows.push_back(event_row("EventLog", 6013, clock_of(state) - 7'200, {"", "", "86400"}, ""));
    return rows;
}

Rows connections(const State& state) {
    Rows rows;
    for (const auto& socket : state.sockets) {
        rows.push_back(
            {{"LocalAddress", cim_text(socket.address)},
             {"LocalPort", cim_number(socket.port)},
             {"State", cim_number(2)},
             {"OwningProcess", cim_number(socket.pid)}}
        );
    }
    // A connection of somebody's, so that the class is never empty.
    rows.push_back(
        {{"LocalAddress", cim_text("10.0.0.4")},
         {"LocalPort", cim_number(49'712)},
         {"State", cim_number(5)},
         {"OwningProcess", cim_number(4)}}
    );
    return rows;
}

Rows networks(const State& state) {
    Rows rows;
    for (const auto category : state.management.networks)
        rows.push_back({{"Name", cim_text("Network")}, {"NetworkCategory", cim_number(category)}});
    return rows;
}

Rows terminal_setting(const State& state) {
    const auto& management = state.management;
    const auto source = [&](const char* name) {
        const auto found = management.policy_source.find(name);
        return found == management.policy_source.end() ? cim_null() : cim_number(found->second);
    };
    return {
        {{"TerminalName", cim_text("RDP-Tcp")},
         {"PolicySourceSecurityLayer", source("layer")},
         {"PolicySourceUserAuthenticationRequired", source("nla")},
         {"PolicySourceMinEncryptionLevel", source("minenc")},
         {"SSLCertificateSHA1Hash",
          management.certificate_hash.empty() ? cim_null() : cim_text(management.certificate_hash)},
         {"SSLCertificateSHA1HashType",
          management.certificate_hash_type ? cim_number(*management.certificate_hash_type)
                                           : cim_null()}}};
}

Rows policies(const State& state) {
    Rows rows;
    for (const auto& entry : state.management.rsop) {
        const auto cut = entry.rfind('\\');
        rows.push_back(
            {{"registryKey", cim_text(entry.substr(0, cut))},
             {"valueName", cim_text(cut == std::string::npos ? "" : entry.substr(cut + 1))}}
        );
    }
    return rows;
}

struct Class {
    std::string_view name_space;
    std::string_view name;
    Rows (*rows)(const State&);
    std::uint32_t since = 0; // build
};

constexpr std::array classes{
    Class{"root/cimv2", "Win32_OperatingSystem", operating_system},
    Class{"root/cimv2", "Win32_ComputerSystem", computer_system},
    Class{"root/cimv2", "Win32_LogicalDisk", logical_disks},
    Class{"root/cimv2", "Win32_UTCTime", utc_time},
    Class{"root/cimv2", "Win32_Service", services},
    Class{"root/cimv2", "Win32_Process", processes},
    Class{"root/cimv2", "Win32_Account", accounts},
    Class{"root/cimv2", "CIM_DataFile", files},
    Class{"root/cimv2", "Win32_NTLogEvent", events},
    Class{"root/standardcimv2", "MSFT_NetTCPConnection", connections, 9200},
    Class{"root/standardcimv2", "MSFT_NetConnectionProfile", networks, 9200},
    Class{"root/cimv2/terminalservices", "Win32_TSGeneralSetting", terminal_setting},
    Class{"root/rsop/computer", "RSOP_RegistryPolicySetting", policies},
};

} // namespace

std::optional<Rows>
cim_class(const State& state, const std::string& name_space, const std::string& class_name) {
    for (const auto& one : classes) {
        const bool ours = rdpsweep::iequals(one.name_space, name_space) &&
                          rdpsweep::iequals(one.name, class_name);
        if (!ours || state.build() < one.since) continue;
        if (one.rows == events && state.limit("log:System") != nullptr) return Rows{};
        return one.rows(state);
    }
    return {};
}

} // namespace simfleet
