// /gp and /evt over CIM: who manages the machine, and what it logged.
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "core/unicode.hpp"
#include "probes/collect/cim/steps.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <ctime>

namespace rdpsweep::cim_plan {

namespace {

constexpr std::size_t most_names = 128;
constexpr std::size_t most_events = 150;
constexpr std::size_t most_fields = 24;
constexpr std::size_t longest_field = 400;

const std::string enrollments = R"(SOFTWARE\Microsoft\Enrollments)";

void ask_mdm(Steps& steps) {
    steps.put("/gp/mdm", false);
    steps.subkeys("/gp/mdm", enrollments, [&steps](const auto& names) {
        if (!names) return;
        for (const auto& name : *names) {
            const auto key = enrollments + "\\" + name;
            steps.text("/gp/mdm", key, "ProviderID", [&steps](const auto& provider) {
                if (provider == "MS DM Server") steps.put("/gp/mdm", true);
            });
        }
    });
}

void ask_rsop(Steps& steps) {
    steps.query(
        "/gp/rsop",
        "root/rsop/computer",
        R"(SELECT registryKey,valueName FROM RSOP_RegistryPolicySetting WHERE registryKey LIKE "%Terminal S%")"
        R"( OR registryKey LIKE "%SCHANNEL%" OR registryKey LIKE "%Cryptography%")",
        [&steps](const cim::Rows& rows) {
            auto names = nlohmann::json::array();
            for (const auto& row : rows) {
                if (names.size() == most_names) break;
                const auto key = text_of(row, "registryKey").value_or("");
                names.push_back(to_valid_utf8(key + "\\" + text_of(row, "valueName").value_or("")));
            }
            steps.put("/gp/rsop", std::move(names));
        }
    );
}

// Names of a provider's fields in the order in which the log keeps them (Windows 7 to Server 2022).
struct Layout {
    std::uint64_t id;
    std::array<std::string_view, 5> fields;
};

// Later builds add the caller at the end.
constexpr std::string_view caller = "CallerProcessId", image = "CallerProcessImageName";

constexpr std::array schannel_layouts{
    Layout{36869, {"Type", caller, image, "", ""}},
    Layout{36870, {"Type", "ErrorCode", "ErrorStatus", caller, image}},
    Layout{36871, {"Type", "ErrorState", caller, image, ""}},
    Layout{36872, {"Type", "ErrorCode", "CertFlags", "", ""}},
    Layout{36874, {"Protocol", caller, image, "", ""}},
};

std::string field_name(std::string_view provider, std::uint64_t id, std::size_t index) {
    if (provider == "SCM") return "param" + std::to_string(index + 1);
    for (const auto& layout : schannel_layouts) {
        const bool known = provider == "Schannel" && layout.id == id && index < 5;
        if (known && !layout.fields[index].empty()) return std::string(layout.fields[index]);
    }
    return std::to_string(index);
}

std::string_view label_of(std::string_view source) {
    if (source == "Schannel") return "Schannel";
    if (source == "Service Control Manager") return "SCM";
    if (source == "NETLOGON") return "NETLOGON";
    return "TermService";
}

nlohmann::json event_of(const cim::Instance& row, std::uint64_t id, std::int64_t time) {
    const auto label = label_of(text_of(row, "SourceName").value_or(""));
    auto data = nlohmann::json::object();
    const auto* texts = row.find("InsertionStrings");
    const auto count =
        texts == nullptr || texts->null ? 0 : std::min(texts->texts.size(), most_fields);
    for (std::size_t i = 0; i < count; ++i)
        data[field_name(label, id, i)] = to_valid_utf8(texts->texts[i].substr(0, longest_field));
    nlohmann::json event{
        {"prov", label},
        {"id", id},
        {"utc", to_iso8601(time)},
        {"pid", 0},
        {"data", std::move(data)}};
    const auto bytes = bytes_of(row, "Data");
    if (bytes && !bytes->empty() && bytes->size() <= 256) event["bin"] = hex_encode(*bytes);
    return event;
}

void read_events(Steps& steps, const cim::Rows& rows) {
    std::vector<std::pair<std::int64_t, nlohmann::json>> events;
    for (const auto& row : rows) {
        const auto id = number_of(row, "EventCode");
        const auto time = time_of(row, "TimeGenerated");
        if (id && *id <= 0xffff && time) events.emplace_back(*time, event_of(row, *id, *time));
    }
    std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) {
        return a.first > b.first;
    });
    auto list = nlohmann::json::array();
    for (auto& [time, event] : events) {
        if (list.size() == most_events) break;
        list.push_back(std::move(event));
    }
    if (events.size() > most_events) steps.unread("/evt/Schannel", "skipped", "cap");
    steps.put("/evt", std::move(list));
}

// Returns "20261124120000.000000+000": times in WQL.
std::string wmi_time(std::int64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    gmtime_r(&time, &parts);
    char text[40];
    std::strftime(text, sizeof text, "%Y%m%d%H%M%S.000000+000", &parts);
    return text;
}

std::string events_query(std::int64_t since) {
    return "SELECT SourceName,EventCode,TimeGenerated,InsertionStrings,Data FROM Win32_NTLogEvent "
           "WHERE Logfile='System' AND TimeGenerated>='" +
           wmi_time(since) +
           "' AND ((SourceName='Schannel' AND EventCode>=36869 AND EventCode<=36874) OR "
           "((SourceName='TermService' OR "
           "SourceName='Microsoft-Windows-TerminalServices-RemoteConnectionManager') AND "
           "EventCode>=1050 AND EventCode<=1065) OR (SourceName='Service Control Manager' AND "
           "(EventCode=7000 OR EventCode=7001 OR EventCode=7009 OR EventCode=7022 OR "
           "EventCode=7023 OR EventCode=7024 OR EventCode=7031 OR "
           "EventCode=7034)) OR (SourceName='NETLOGON' AND (EventCode=3210 OR EventCode=5719 OR "
           "EventCode=5721 OR EventCode=5823)))";
}

// The event log writes how long the machine has been up once a day (6013): the oldest of these
// shows how far back the log reaches, at least.
void ask_oldest(Steps& steps) {
    steps.query(
        "/evt_oldest_utc",
        "root/cimv2",
        "SELECT TimeGenerated FROM Win32_NTLogEvent WHERE Logfile='System' AND "
        "SourceName='EventLog' AND EventCode=6013",
        [&steps](const cim::Rows& rows) {
            std::optional<std::int64_t> oldest;
            for (const auto& row : rows) {
                const auto time = time_of(row, "TimeGenerated");
                if (time && (!oldest || *time < *oldest)) oldest = time;
            }
            if (oldest)
                steps.put("/evt_oldest_utc", to_iso8601(*oldest));
            else
                steps.unread("/evt_oldest_utc", "absent", "");
        }
    );
}

// Returns the time by the host's own clock, where it told it.
std::int64_t host_now(const Steps& steps) {
    const auto told = from_iso8601(steps.text_at("/collector/utc"));
    return told.value_or(static_cast<std::int64_t>(std::time(nullptr)));
}

} // namespace

void ask_policy(Steps& steps) {
    const std::string gpsvc = R"(SYSTEM\CurrentControlSet\Services\gpsvc)";
    steps.dword("/gp/gpsvc_start", gpsvc, "Start", [&steps](auto start) {
        steps.put("/gp/gpsvc_start", start);
    });
    ask_rsop(steps);
    steps.unread("/gp/registry_pol", "unsupported", "");
    ask_mdm(steps);
    steps.query(
        "/gp/dsc",
        "root/cimv2",
        "SELECT Name FROM CIM_DataFile WHERE Name=" +
            wql_text(R"(C:\Windows\System32\Configuration\Current.mof)"),
        [&steps](const cim::Rows& rows) { steps.put("/gp/dsc", !rows.empty()); }
    );
}

void ask_events(Steps& steps, std::uint32_t hours) {
    // Logs of their own, which this class does not have, and the one of security, which needs a
    // privilege.
    for (const auto* log :
         {"/evt/TermService/261",
          "/evt/RdpCoreTS/131",
          "/evt/RdpCoreTS/140",
          "/evt/NTLM/4002",
          "/evt/LSM/16",
          "/evt/Security"})
        steps.unread(log, "unsupported", "");
    steps.put("/evt_window_h", hours);
    steps.query(
        "/evt",
        "root/cimv2",
        events_query(host_now(steps) - std::int64_t{hours} * 3600),
        [&steps](const cim::Rows& rows) { read_events(steps, rows); }
    );
    ask_oldest(steps);
}

} // namespace rdpsweep::cim_plan
