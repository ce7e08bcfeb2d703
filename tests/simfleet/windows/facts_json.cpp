// Writes facts/1: the document as a whole and its smaller groups.
#include "tests/simfleet/windows/facts_json.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "tests/simfleet/rdp/loopback.hpp"
#include "tests/simfleet/windows/facts_reader.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>
#include <cstdlib>

namespace simfleet {

using nlohmann::json;

void FactsReader::add_unread(
    const std::string& pointer, std::string_view why, std::string_view code
) {
    unread.push_back({{"ptr", pointer}, {"why", why}, {"code", code}});
}

std::string_view code_of(const AccessLimit& limit) {
    if (!limit.code.empty()) return limit.code;
    if (limit.why == "skipped") return {};
    if (limit.why != "denied") return generic_failure_code;
    if (limit.resource.starts_with("wmi:")) return wmi_denied_code;
    const bool registry = limit.resource.starts_with("key:") || limit.resource.starts_with("sd:") ||
                          limit.resource == "bcd";
    return registry ? registry_denied_code : access_denied_code;
}

bool FactsReader::kept_out(std::string_view resource, const std::string& pointer) {
    const auto* limit = state.limit(resource);
    if (limit == nullptr) return false;
    add_unread(pointer, limit->why, code_of(*limit));
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

constexpr std::string_view cimv2 = R"(wmi:root\cimv2)";

// Those the collector reports, in its order.
constexpr std::array collected_services{
    "TermService",
    "SessionEnv",
    "UmRdpService",
    "KeyIso",
    "CertPropSvc",
    "CryptSvc",
    "gpsvc",
    "Tssdis",
    "RDMS",
    "TScPubRPC"};

constexpr std::uint32_t window_hours = 24;
constexpr std::size_t event_cap = 50;
constexpr std::size_t data_cap = 400;

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

// Free space is told where it is less than 1 GiB.
void put_disk(json& os, FactsReader& reader) {
    constexpr std::uint64_t mib = 1024 * 1024;
    if (reader.kept_out(cimv2, "/os/disk_free_mb")) return;
    const auto left = reader.state.os.disk_free;
    if (left < 1024 * mib) os["disk_free_mb"] = left / mib;
}

json os_facts(FactsReader& reader) {
    const auto& state = reader.state;
    const auto& hklm = state.registry;
    const auto build = to_number(hklm.text(paths::current_version, "CurrentBuildNumber"));
    const bool controller = hklm.text(paths::product_options, "ProductType") == "LanmanNT";
    json os{
        {"build", build},
        {"product_type", controller ? 2 : 3}, // Win32_OperatingSystem.ProductType
        {"domain", state.os.domain},
        {"locale_lcid", state.os.lcid},
        {"winpe", false}};
    if (!reader.kept_out(cimv2, "/os/domain_role")) os["domain_role"] = state.os.domain_role;
    if (!reader.kept_out(cimv2, "/os/boot_utc")) {
        os["boot_utc"] = rdpsweep::to_iso8601(state.os.boot);
    }
    put_disk(os, reader);
    put(os, "ubr", hklm.dword(paths::current_version, "UBR"));
    put(os, "edition", hklm.text(paths::current_version, "EditionID"));
    put(os, "install_type", hklm.text(paths::current_version, "InstallationType"));
    put(os, "host", hklm.text(paths::computer_name, "ComputerName"));
    os["fqdn"] = os.value("host", "");
    if (!state.os.domain.empty()) os["fqdn"] = os.value("host", "") + '.' + state.os.domain;
    put(os, "machine_guid", hklm.text(paths::cryptography, "MachineGuid"));
    return os;
}

std::string account_sid(const std::string& name) {
    if (rdpsweep::iequals(name, "LocalSystem")) return "S-1-5-18";
    if (rdpsweep::iequals(name, R"(NT Authority\NetworkService)")) return "S-1-5-20";
    if (rdpsweep::iequals(name, R"(NT Authority\LocalService)")) return "S-1-5-19";
    return "S-1-5-21-1004336348-1177238915-682003330-2604"; // some account of the domain
}

// What only the service manager knows, and WMI tells.
void put_running(json& entry, FactsReader& reader, const std::string& pointer) {
    if (reader.kept_out(cimv2, pointer + "/state")) {
        reader.kept_out(cimv2, pointer + "/pid");
        return;
    }
    const auto* service = reader.state.service(entry.at("n").get<std::string>());
    if (service == nullptr) return;
    entry["state"] = service->state;
    entry["pid"] = service->pid;
    entry["exit"] = service->exit_code;
    if (const auto* process = reader.state.process(service->pid)) {
        entry["proc_start"] = rdpsweep::to_iso8601(process->started);
    }
}

json service_facts(FactsReader& reader) {
    const auto& state = reader.state;
    auto list = json::array();
    for (const std::string name : collected_services) {
        const auto path = std::string(paths::services) + '\\' + name;
        if (state.registry.find(path) == nullptr) continue;
        json entry{{"n", name}};
        put(entry, "start", state.registry.dword(path, "Start"));
        put(entry, "type", state.registry.dword(path, "Type"));
        if (const auto account = state.registry.text(path, "ObjectName")) {
            entry["acct_sid"] = account_sid(*account);
        }
        put_running(entry, reader, "/svc/" + std::to_string(list.size()));
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

json pending_facts(FactsReader& reader) {
    // PowerShell has no way to a key's last write time.
    reader.add_unread("/pending/ts_stale", "unsupported", "");

    const auto& hklm = reader.state.registry;
    return {
        {"cbs", hklm.find(paths::servicing_pending) != nullptr},
        {"wu", hklm.find(paths::update_pending) != nullptr},
        {"rename", hklm.value(paths::session_manager, "PendingFileRenameOperations") != nullptr}};
}

json event_facts(FactsReader& reader) {
    if (reader.kept_out("log:System", "/evt")) return nullptr;
    auto list = json::array();
    const auto clock = reader.now + reader.state.os.clock_offset;
    for (const auto& event : reader.state.events) {
        if (event.provoked && !reader.handshake) continue;
        const auto time = event.provoked ? clock : event.time;
        if (time < clock - window_hours * 3600 || list.size() == event_cap) continue;
        json entry{
            {"prov", event.provider},
            {"id", event.id},
            {"utc", rdpsweep::to_iso8601(time)},
            {"pid", event.pid},
            {"data", json::object()}};
        for (const auto& [name, text] : event.data) {
            entry["data"][name] = text.substr(0, data_cap);
        }
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
    put(ems, "port", boot.port);
    put(ems, "baud", boot.baud);
    return ems;
}

// .NET Framework tells neither the suite nor an alert's number: of the latter only that one came.
std::string_view handshake_code(const Handshake& shake) {
    if (shake.alert) return "0x80090326"; // SEC_E_ILLEGAL_MESSAGE
    const bool waited = shake.failure == "timeout" && shake.stage != "connect";
    if (waited) return "0x0000274c";                                            // WSAETIMEDOUT
    if (shake.failure == "refused") return "0x0000274d";                        // WSAECONNREFUSED
    if (shake.failure == "reset") return "0x00002746";                          // WSAECONNRESET
    if (shake.failure == "closed" && shake.stage == "tls") return "0x80131620"; // COR_E_IO
    return {};
}

json handshake_facts(FactsReader& reader) {
    if (!reader.handshake) {
        reader.add_unread("/hs", "skipped", "");
        return nullptr;
    }
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
            {"errno", shake.alert ? "" : shake.failure},
            {"ms", shake.took_ms}};
        if (!shake.tls.empty()) entry["tls"] = shake.tls;
        if (!shake.thumbprint.empty()) entry["thumb"] = shake.thumbprint;
        if (const auto code = handshake_code(shake); !code.empty()) entry["code"] = code;
        list.push_back(std::move(entry));
    }
    return list;
}

void add_group(json& document, const char* key, json group) {
    if (!group.is_null()) document[key] = std::move(group);
}

// In constrained language no .NET call is allowed, so that the collector can only say so.
std::string constrained(json document) {
    auto& collector = document["collector"];
    const auto mode = collector.at("lang_mode");
    collector.erase("as_sid");
    collector.erase("elevated");
    for (const auto* group :
         {"os",
          "svc",
          "listener",
          "sec",
          "tls",
          "cert",
          "keys",
          "gp",
          "evt",
          "pending",
          "ems",
          "crash",
          "hs",
          "sessions"}) {
        document["unread"].push_back(
            {{"ptr", std::string("/") + group}, {"why", "unsupported"}, {"code", mode}}
        );
    }
    return document.dump();
}

} // namespace

std::string facts_json(const State& state, std::int64_t now, bool handshake) {
    FactsReader reader{state, now, handshake};
    json document{{"schema", "facts/1"}};
    add_group(document, "collector", collector_facts(reader));
    if (state.collector.language_mode != "FullLanguage") return constrained(std::move(document));
    add_group(document, "os", os_facts(reader));
    add_group(document, "svc", service_facts(reader));
    add_group(document, "listener", listener_facts(reader));
    add_group(document, "sec", security_facts(reader));
    add_group(document, "tls", schannel_facts(reader));
    add_group(document, "cert", certificate_facts(reader));
    add_group(document, "keys", key_facts(reader));
    add_group(document, "gp", policy_facts(reader));
    if (auto events = event_facts(reader); !events.is_null()) {
        document["evt"] = std::move(events);
        document["evt_window_h"] = window_hours;
        document["evt_oldest_utc"] = rdpsweep::to_iso8601(state.oldest_event);
    }
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
