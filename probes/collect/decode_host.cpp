// Decodes what the VM is: /collector, /os, /svc, /pending, /ems, /crash, /sessions.
#include "probes/collect/decode_groups.hpp"

namespace rdpsweep::facts_json {
namespace {

std::optional<ServiceState> read_state(const JsonReader& value) {
    const auto number = value.dword();
    if (!number) return std::nullopt;
    if (*number < static_cast<std::uint32_t>(ServiceState::stopped) ||
        *number > static_cast<std::uint32_t>(ServiceState::paused)) {
        value.wrong("is not a service state from 1 to 7");
        return std::nullopt;
    }
    return static_cast<ServiceState>(*number);
}

Service read_service(const JsonReader& element) {
    Service service;
    service.name = element.at("n").text();
    if (service.name.empty()) element.wrong("has no name");
    service.start = element.at("start").dword();
    service.state = read_state(element.at("state"));
    service.pid = element.at("pid").number();
    service.exit_code = element.at("exit").dword();
    service.account_sid = element.at("acct_sid").text();
    service.type = element.at("type").dword();
    service.proc_start = element.at("proc_start").time();
    return service;
}

} // namespace

CollectorFacts read_collector(const JsonReader& group) {
    CollectorFacts facts;
    facts.version = group.at("ver").text();
    facts.path = group.at("path").text();
    facts.as_sid = group.at("as_sid").text();
    facts.elevated = group.at("elevated").flag();
    facts.language_mode = group.at("lang_mode").text();
    facts.powershell = group.at("ps").text();
    facts.wow64 = group.at("wow64").flag();
    facts.utc = group.at("utc").time().value_or(0);
    facts.took_ms = group.at("ms").number();
    return facts;
}

OsFacts read_os(const JsonReader& group) {
    OsFacts facts;
    facts.build = group.at("build").number();
    facts.ubr = group.at("ubr").dword();
    facts.edition = group.at("edition").text();
    facts.install_type = group.at("install_type").text();
    facts.product_type = group.at("product_type").dword();
    facts.domain_role = group.at("domain_role").dword();
    facts.domain = group.at("domain").text();
    facts.host = group.at("host").text();
    facts.fqdn = group.at("fqdn").text();
    facts.machine_guid = group.at("machine_guid").text();
    facts.locale_lcid = group.at("locale_lcid").dword();
    facts.boot = group.at("boot_utc").time();
    facts.winpe = group.at("winpe").flag();
    facts.disk_free_mb = group.at("disk_free_mb").dword();
    return facts;
}

ServiceFacts read_services(const JsonReader& group) {
    ServiceFacts facts;
    group.each(max_services, [&](const JsonReader& element) {
        facts.services.push_back(read_service(element));
    });
    return facts;
}

PendingFacts read_pending(const JsonReader& group) {
    PendingFacts facts;
    facts.component_servicing = group.at("cbs").flag();
    facts.windows_update = group.at("wu").flag();
    facts.file_rename = group.at("rename").flag();
    facts.termservice_stale = group.at("ts_stale").flag();
    return facts;
}

ConsoleFacts read_console(const JsonReader& document) {
    const JsonReader ems = document.at("ems");
    ConsoleFacts facts;
    facts.ems = ems.at("ems").maybe_flag();
    facts.port = ems.at("port").dword();
    facts.baud = ems.at("baud").dword();
    facts.crash_dump = document.at("crash").at("dump").dword();
    return facts;
}

SessionFacts read_sessions(const JsonReader& group) {
    return SessionFacts{group.at("active").number(), group.at("disc").number()};
}

} // namespace rdpsweep::facts_json
