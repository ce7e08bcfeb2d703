// The table of logs, and the conditions that the collector puts into XPath.
#include "offline/event/event_sources.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep::offline {

namespace {

constexpr std::string_view security = "Security";

constexpr std::array schannel{IdRange{36869, 36874}};
constexpr std::array termservice{IdRange{1050, 1065}};
constexpr std::array services{
    IdRange{7000, 7001},
    IdRange{7009, 7009},
    IdRange{7022, 7024},
    IdRange{7031, 7031},
    IdRange{7034, 7034}};
constexpr std::array netlogon{
    IdRange{3210, 3210}, IdRange{5719, 5719}, IdRange{5721, 5721}, IdRange{5823, 5823}};
constexpr std::array listener{IdRange{261, 261}};
constexpr std::array connection{IdRange{131, 131}};
constexpr std::array refused{IdRange{140, 140}};
constexpr std::array ntlm{IdRange{4002, 4002}};
constexpr std::array sessions{IdRange{16, 19}, IdRange{36, 36}};
constexpr std::array keys{IdRange{5058, 5058}, IdRange{5061, 5061}};

constexpr std::array of_system{
    EventSource{"Schannel", "Schannel", schannel, "/evt/Schannel"},
    EventSource{
        "TermService",
        "Microsoft-Windows-TerminalServices-RemoteConnectionManager",
        termservice,
        "/evt/TermService"},
    EventSource{"SCM", "Service Control Manager", services, "/evt/SCM"},
    EventSource{"NETLOGON", "NETLOGON", netlogon, "/evt/NETLOGON"}};
constexpr std::array of_listener{EventSource{"TermService", "", listener, "/evt/TermService/261"}};
constexpr std::array of_core{
    EventSource{"RdpCoreTS", "", connection, "/evt/RdpCoreTS/131"},
    EventSource{"RdpCoreTS", "", refused, "/evt/RdpCoreTS/140"}};
constexpr std::array of_ntlm{EventSource{"NTLM", "", ntlm, "/evt/NTLM/4002"}};
constexpr std::array of_sessions{EventSource{"LSM", "", sessions, "/evt/LSM/16"}};
constexpr std::array of_security{EventSource{security, "", keys, "/evt/Security"}};

constexpr std::size_t few = 8;
constexpr std::size_t more = 16;

constexpr std::array logs{
    EventLog{"System.evtx", of_system, true, true, more},
    EventLog{
        "Microsoft-Windows-TerminalServices-RemoteConnectionManager%4Operational.evtx",
        of_listener,
        false,
        false,
        few},
    EventLog{
        "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Operational.evtx",
        of_core,
        false,
        false,
        few},
    EventLog{"Microsoft-Windows-NTLM%4Operational.evtx", of_ntlm, false, false, few},
    EventLog{
        "Microsoft-Windows-TerminalServices-LocalSessionManager%4Operational.evtx",
        of_sessions,
        false,
        false,
        few},
    EventLog{"Security.evtx", of_security, true, false, more}};

// Tells whether an audited key is one of TermService's, TSSecKeySet1 to 9.
bool is_of_rdp(const EventRecord& record) {
    constexpr std::string_view name = "TSSecKeySet";
    return std::any_of(record.fields.begin(), record.fields.end(), [&](const auto& field) {
        return field.name == "KeyName" && field.text.size() == name.size() + 1 &&
               field.text.starts_with(name) && field.text.back() >= '1' && field.text.back() <= '9';
    });
}

} // namespace

std::span<const EventLog> event_logs() noexcept {
    return logs;
}

bool asks_for(const EventSource& source, const EventRecord& record) {
    const bool id = std::any_of(source.ids.begin(), source.ids.end(), [&](const IdRange& range) {
        return record.id >= range.first && record.id <= range.last;
    });
    if (!id || (!source.provider.empty() && !iequals(source.provider, record.provider)))
        return false;
    return source.label != security || is_of_rdp(record);
}

} // namespace rdpsweep::offline
