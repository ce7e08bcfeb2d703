// Looks things up in a state, and writes it down as JSON.
#include "tests/simfleet/windows/state.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>

namespace simfleet {
namespace {

using nlohmann::json;

template <class Items, class Matches>
auto* first(Items& items, Matches matches) {
    const auto found = std::find_if(items.begin(), items.end(), matches);
    return found == items.end() ? nullptr : &*found;
}

json registry_list(const Registry& registry) {
    auto keys = json::array();
    registry.visit([&](const std::string& path, const RegistryKey& key) {
        json entry{{"path", path}, {"values", json::array()}};
        if (key.sddl) entry["sddl"] = *key.sddl;
        for (const auto& [lower, named] : key.values) {
            entry["values"].push_back(
                {{"name", named.name},
                 {"type", named.value.type},
                 {"data_b64", rdpsweep::base64_encode(named.value.data)}}
            );
        }
        keys.push_back(std::move(entry));
    });
    return keys;
}

json event_list(const std::vector<LogEvent>& events) {
    auto list = json::array();
    for (const auto& event : events) {
        list.push_back(
            {{"provider", event.provider},
             {"id", event.id},
             {"time", event.time},
             {"provoked", event.provoked},
             {"pid", event.pid},
             {"data", event.data},
             {"binary_b64", rdpsweep::base64_encode(event.binary)}}
        );
    }
    return list;
}

template <class T>
void put(json& object, const char* key, const std::optional<T>& value) {
    if (value) object[key] = *value;
}

json handshake_list(const std::vector<Handshake>& handshakes) {
    auto list = json::array();
    for (const auto& shake : handshakes) {
        json entry{
            {"stage", shake.stage},
            {"tls", shake.tls},
            {"suite", shake.suite},
            {"thumb", shake.thumbprint},
            {"errno", shake.failure},
            {"ms", shake.took_ms}};
        put(entry, "proto", shake.selected);
        put(entry, "fail", shake.failure_code);
        put(entry, "alert", shake.alert);
        list.push_back(std::move(entry));
    }
    return list;
}

json os_object(const OperatingSystem& os) {
    return {
        {"domain_role", os.domain_role},
        {"domain", os.domain},
        {"fqdn", os.fqdn},
        {"lcid", os.lcid},
        {"boot", os.boot},
        {"clock_offset", os.clock_offset},
        {"disk_free", os.disk_free}};
}

json management_object(const Management& management) {
    json object{
        {"policy_source", management.policy_source},
        {"certificate_hash", management.certificate_hash},
        {"registry_pol", management.registry_pol},
        {"rsop", management.rsop},
        {"networks", management.networks},
        {"mdm", management.mdm},
        {"dsc", management.dsc}};
    put(object, "certificate_hash_type", management.certificate_hash_type);
    return object;
}

json boot_object(const BootConfiguration& boot) {
    auto object = json::object();
    put(object, "ems", boot.ems);
    put(object, "bootems", boot.bootems);
    put(object, "port", boot.port);
    put(object, "baud", boot.baud);
    return object;
}

json running_object(const State& state) {
    json object{
        {"services", json::array()}, {"processes", json::array()}, {"sockets", json::array()}};
    for (const auto& service : state.services) {
        object["services"].push_back(
            {{"name", service.name},
             {"state", service.state},
             {"pid", service.pid},
             {"exit_code", service.exit_code}}
        );
    }
    for (const auto& process : state.processes) {
        object["processes"].push_back(
            {{"pid", process.pid}, {"image", process.image}, {"started", process.started}}
        );
    }
    for (const auto& socket : state.sockets) {
        object["sockets"].push_back(
            {{"address", socket.address}, {"port", socket.port}, {"pid", socket.pid}}
        );
    }
    return object;
}

json file_list(const std::vector<FileEntry>& files) {
    auto list = json::array();
    for (const auto& file : files) {
        list.push_back(
            {{"path", file.path}, {"folder", file.folder}, {"size", file.size}, {"sddl", file.sddl}}
        );
    }
    return list;
}

json limit_list(const std::vector<AccessLimit>& limits) {
    auto list = json::array();
    for (const auto& limit : limits) {
        list.push_back({{"resource", limit.resource}, {"why", limit.why}, {"code", limit.code}});
    }
    return list;
}

} // namespace

const ServiceRuntime* State::service(std::string_view name) const {
    return first(services, [&](const auto& s) { return rdpsweep::iequals(s.name, name); });
}

ServiceRuntime* State::service(std::string_view name) {
    return first(services, [&](const auto& s) { return rdpsweep::iequals(s.name, name); });
}

const Process* State::process(std::uint32_t pid) const {
    return first(processes, [&](const auto& p) { return p.pid == pid; });
}

const FileEntry* State::file(std::string_view path) const {
    return first(files, [&](const auto& f) { return rdpsweep::iequals(f.path, path); });
}

FileEntry* State::file(std::string_view path) {
    return first(files, [&](const auto& f) { return rdpsweep::iequals(f.path, path); });
}

std::uint32_t State::build() const {
    const auto text = registry.text(paths::current_version, "CurrentBuildNumber");
    return text ? static_cast<std::uint32_t>(std::strtoul(text->c_str(), nullptr, 10)) : 0;
}

const AccessLimit* State::limit(std::string_view resource) const {
    return first(limits, [&](const auto& l) { return rdpsweep::iequals(l.resource, resource); });
}

std::string state_json(const State& state) {
    json document{
        {"schema", "simfleet-state/1"},
        {"os", os_object(state.os)},
        {"registry", registry_list(state.registry)},
        {"running", running_object(state)},
        {"files", file_list(state.files)},
        {"events", event_list(state.events)},
        {"oldest_event", state.oldest_event},
        {"management", management_object(state.management)},
        {"boot", boot_object(state.boot)},
        {"sessions", {{"active", state.active_sessions}, {"disc", state.disconnected_sessions}}},
        {"collector",
         {{"sid", state.collector.sid},
          {"elevated", state.collector.elevated},
          {"powershell", state.collector.powershell},
          {"language_mode", state.collector.language_mode}}},
        {"limits", limit_list(state.limits)},
        {"stated_handshakes", handshake_list(state.stated_handshakes)}};
    return document.dump(-1, ' ', true, json::error_handler_t::replace);
}

std::string handshakes_json(const std::vector<Handshake>& handshakes) {
    return handshake_list(handshakes).dump(-1, ' ', true, json::error_handler_t::replace);
}

} // namespace simfleet
