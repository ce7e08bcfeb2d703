// Writes facts/1: the document as a whole and its smaller groups.
#include "tests/simfleet/facts_json.hpp"

#include "core/text.hpp"
#include "tests/simfleet/facts_reader.hpp"
#include "tests/simfleet/loopback.hpp"
#include "tests/simfleet/paths.hpp"

#include <cstdlib>

namespace simfleet {

using nlohmann::json;

void FactsReader::add_unread(
    const std::string& pointer, std::string_view why, std::string_view code
) {
    json entry{{"ptr", pointer}, {"why", why}};
    if (!code.empty()) entry["code"] = code;
    unread.push_back(std::move(entry));
}

bool FactsReader::kept_out(std::string_view resource, const std::string& pointer) {
    const auto* limit = state.limit(resource);
    if (limit == nullptr) return false;
    add_unread(pointer, limit->why, limit->code);
    return true;
}

bool FactsReader::key_closed(std::string_view path, const std::string& pointer) {
    while (!path.empty()) {
        if (kept_out("key:" + std::string(path), pointer)) return true;
        const auto cut = path.rfind('\\');
        path = cut == std::string_view::npos ? std::string_view{} : path.substr(0, cut);
    }
    return false;
}

namespace {

constexpr std::uint32_t window_hours = 24;
constexpr std::size_t event_cap = 50;

std::uint32_t to_number(const std::optional<std::string>& text) {
    return text ? static_cast<std::uint32_t>(std::strtoul(text->c_str(), nullptr, 10)) : 0;
}

json collector_facts(const FactsReader& reader) {
    const auto& account = reader.state.collector;
    return {
        {"ver", "1"},
        {"path", "ps"},
        {"as_sid", account.sid},
        {"elevated", account.elevated},
        {"lang_mode", account.language_mode},
        {"ps", account.powershell},
        {"wow64", false},
        {"utc", rdpsweep::to_iso8601(reader.now + reader.state.os.clock_offset)},
        {"ms", 900}};
}

json os_facts(const FactsReader& reader) {
    const auto& state = reader.state;
    const auto& hklm = state.registry;
    const auto build = to_number(hklm.text(paths::current_version, "CurrentBuildNumber"));
    const bool client = hklm.text(paths::current_version, "InstallationType") == "Client";
    const bool controller = hklm.text(paths::product_options, "ProductType") == "LanmanNT";
    json os{
        {"build", build},
        {"product_type",
         controller ? 2
         : client   ? 1
                    : 3}, // Win32_OperatingSystem.ProductType
        {"domain_role", state.os.domain_role},
        {"domain", state.os.domain},
        {"fqdn", state.os.fqdn},
        {"locale_lcid", state.os.lcid},
        {"boot_utc", rdpsweep::to_iso8601(state.os.boot)},
        {"winpe", false}};
    put(os, "ubr", hklm.dword(paths::current_version, "UBR"));
    put(os, "edition", hklm.text(paths::current_version, "EditionID"));
    put(os, "install_type", hklm.text(paths::current_version, "InstallationType"));
    put(os, "host", hklm.text(paths::computer_name, "ComputerName"));
    put(os, "machine_guid", hklm.text(paths::cryptography, "MachineGuid"));
    return os;
}

std::string account_sid(const std::string& name) {
    if (rdpsweep::iequals(name, "LocalSystem")) return "S-1-5-18";
    if (rdpsweep::iequals(name, R"(NT Authority\NetworkService)")) return "S-1-5-20";
    if (rdpsweep::iequals(name, R"(NT Authority\LocalService)")) return "S-1-5-19";
    return "S-1-5-21-1004336348-1177238915-682003330-2604"; // some account of the domain
}

json service_facts(FactsReader& reader) {
    if (reader.kept_out(R"(wmi:root\cimv2)", "/svc")) return nullptr;
    const auto& state = reader.state;
    auto list = json::array();
    for (const auto& service : state.services) {
        const auto path = std::string(paths::services) + '\\' + service.name;
        if (state.registry.find(path) == nullptr) continue;
        json entry{
            {"n", service.name},
            {"state", service.state},
            {"pid", service.pid},
            {"exit", service.exit_code}};
        put(entry, "start", state.registry.dword(path, "Start"));
        put(entry, "type", state.registry.dword(path, "Type"));
        if (const auto account = state.registry.text(path, "ObjectName")) {
            entry["acct_sid"] = account_sid(*account);
        }
        if (const auto* process = state.process(service.pid)) {
            entry["proc_start"] = rdpsweep::to_iso8601(process->started);
        }
        list.push_back(std::move(entry));
    }
    return list;
}

json policy_facts(const FactsReader& reader) {
    const auto& management = reader.state.management;
    json gp{
        {"registry_pol", management.registry_pol},
        {"rsop", management.rsop},
        {"mdm", management.mdm},
        {"dsc", management.dsc}};
    const auto gpsvc = std::string(paths::services) + "\\gpsvc";
    put(gp, "gpsvc_start", reader.state.registry.dword(gpsvc, "Start"));
    return gp;
}

json pending_facts(const FactsReader& reader) {
    const auto& hklm = reader.state.registry;
    return {
        {"cbs", hklm.find(paths::servicing_pending) != nullptr},
        {"wu", hklm.find(paths::update_pending) != nullptr},
        {"rename", hklm.value(paths::session_manager, "PendingFileRenameOperations") != nullptr},
        {"ts_stale", reader.state.stale_termservice}};
}

json event_facts(FactsReader& reader) {
    if (reader.kept_out("log:System", "/evt")) return nullptr;
    auto list = json::array();
    const auto clock = reader.now + reader.state.os.clock_offset;
    for (const auto& event : reader.state.events) {
        const auto time = event.provoked ? clock : event.time;
        if (time < clock - window_hours * 3600 || list.size() == event_cap) continue;
        json entry{
            {"prov", event.provider},
            {"id", event.id},
            {"utc", rdpsweep::to_iso8601(time)},
            {"pid", event.pid},
            {"data", event.data}};
        if (!event.binary.empty()) entry["bin"] = rdpsweep::hex_encode(event.binary);
        list.push_back(std::move(entry));
    }
    return list;
}

json ems_facts(FactsReader& reader) {
    if (reader.kept_out("bcd", "/ems")) return nullptr;
    const auto& boot = reader.state.boot;
    auto ems = json::object();
    put(ems, "ems", boot.ems);
    put(ems, "bootems", boot.bootems);
    put(ems, "port", boot.port);
    put(ems, "baud", boot.baud);
    return ems;
}

json handshake_facts(FactsReader& reader) {
    if (reader.kept_out("net:loopback", "/hs")) return nullptr;
    auto list = json::array();
    for (const auto& shake : loopback_handshakes(reader.state)) {
        auto x224 = json::object();
        put(x224, "proto", shake.selected);
        put(x224, "fail", shake.failure_code);
        json entry{
            {"from", "guest"},
            {"addr", "127.0.0.1"},
            {"stage", shake.stage},
            {"x224", std::move(x224)},
            {"tls", shake.tls},
            {"suite", shake.suite},
            {"errno", shake.failure},
            {"ms", shake.took_ms}};
        if (!shake.thumbprint.empty()) entry["thumb"] = shake.thumbprint;
        put(entry, "alert", shake.alert);
        list.push_back(std::move(entry));
    }
    return list;
}

void add_group(json& document, const char* key, json group) {
    if (!group.is_null()) document[key] = std::move(group);
}

} // namespace

std::string facts_json(const State& state, std::int64_t now) {
    FactsReader reader{state, now};
    json document{{"schema", "facts/1"}};
    add_group(document, "collector", collector_facts(reader));
    add_group(document, "os", os_facts(reader));
    add_group(document, "svc", service_facts(reader));
    add_group(document, "listener", listener_facts(reader));
    add_group(document, "sec", security_facts(reader));
    add_group(document, "tls", schannel_facts(reader));
    add_group(document, "cert", certificate_facts(reader));
    add_group(document, "keys", key_facts(reader));
    add_group(document, "gp", policy_facts(reader));
    add_group(document, "evt", event_facts(reader));
    document["evt_window_h"] = window_hours;
    document["evt_oldest_utc"] = rdpsweep::to_iso8601(state.oldest_event);
    add_group(document, "pending", pending_facts(reader));
    add_group(document, "ems", ems_facts(reader));
    auto crash = json::object();
    put(crash, "dump", state.registry.dword(paths::crash_control, "CrashDumpEnabled"));
    document["crash"] = std::move(crash);
    add_group(document, "hs", handshake_facts(reader));
    document["sessions"] = {
        {"active", state.active_sessions}, {"disc", state.disconnected_sessions}};
    document["unread"] = std::move(reader.unread);
    return document.dump(-1, ' ', true, json::error_handler_t::replace);
}

} // namespace simfleet
