// One value of FirewallRules: "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=3389|...|".
#include "core/text.hpp"
#include "core/unicode.hpp"
#include "probes/collect/cim/shared.hpp"
#include "probes/collect/port_range.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace rdpsweep::cim_plan {

namespace {

struct Fields {
    bool inbound = false, tcp = true, foreign = false, of_service = false, narrow = false;
    bool remote_address = false, blocks = false, active = false;
    std::vector<std::string> ports, profiles, remote, limits;
};

void read_program(Fields& fields, std::string_view program) {
    const auto lower = ascii_lower(program);
    if (lower != "system" && !lower.ends_with("\\svchost.exe")) fields.foreign = true;
}

void read_service(Fields& fields, std::string_view service) {
    fields.of_service = fields.of_service || iequals(service, "termservice");
    if (service != "*" && !iequals(service, "termservice")) fields.foreign = true;
}

// Tells whether a field limits its rule to an adapter, an address of the VM's, or to authenticated
// machines and people (MS-GPFAS 2.2.2.19).
bool is_limit(std::string_view name) {
    constexpr std::array<std::string_view, 8> names{
        "IF", "IFType", "LA4", "LA6", "RMauth", "RMAuth", "RUAuth", "LUAuth"};
    return std::find(names.begin(), names.end(), name) != names.end() ||
           name.starts_with("Security");
}

void read_limit(Fields& fields, std::string_view field) {
    constexpr std::size_t most = 16, longest = 99;
    const auto equals = field.find('=');
    const auto name = field.substr(0, equals), value = field.substr(equals + 1);
    if (!is_limit(name) || value.empty() || fields.limits.size() == most) return;
    fields.limits.push_back(
        to_valid_utf8(std::string(name) + "=" + std::string(value.substr(0, longest)))
    );
}

void read_field(Fields& fields, std::string_view name, std::string_view value) {
    if (name == "Dir") fields.inbound = value == "In";
    if (name == "Protocol") fields.tcp = value == "6";
    if (name == "App") read_program(fields, value);
    if (name == "Svc") read_service(fields, value);
    if (name == "Active") fields.active = value == "TRUE";
    if (name == "Action") fields.blocks = value == "Block";
    if (name == "Profile") fields.profiles.emplace_back(value);
    if (name.starts_with("LPort")) fields.ports.emplace_back(value);
    if (name == "AppPkgId" || name == "PFN" || name == "LUOwn" || name.starts_with("RPort")) {
        fields.narrow = true;
    }
    if (name.starts_with("RA")) fields.remote_address = true;
    constexpr std::size_t most = 16;
    const bool address = name == "RA4" || name == "RA6" || name == "RA42" || name == "RA62";
    if (address && fields.remote.size() < most) fields.remote.emplace_back(to_valid_utf8(value));
}

bool about_rdp(const Fields& fields, std::uint32_t port) {
    if (!fields.inbound || !fields.tcp || fields.foreign) return false;
    if (fields.of_service) return true;
    for (const auto& ports : fields.ports) {
        if (range_covers(ports, port) || range_covers(ports, standard_port)) return true;
    }
    if (!fields.ports.empty()) return false;
    // Any port, but of a store app, of one user's programs or for certain clients only.
    return !fields.narrow && !(fields.blocks && fields.remote_address);
}

} // namespace

nlohmann::json firewall_rule(const std::string& id, const std::string& rule, std::uint32_t port) {
    constexpr std::size_t longest = 1'000;
    Fields fields;
    for (const auto& field : split(rule, '|')) {
        const auto equals = field.find('=');
        if (equals == std::string::npos) continue;
        const std::string_view text = field;
        read_field(fields, text.substr(0, equals), text.substr(equals + 1));
        read_limit(fields, text);
    }
    if (!about_rdp(fields, port)) return nullptr;
    auto ports = join(fields.ports, ",");
    if (ports.empty()) ports = "*";
    nlohmann::json made{
        {"id", to_valid_utf8(id.substr(0, longest))},
        {"active", fields.active},
        {"allow", !fields.blocks},
        {"lport", to_valid_utf8(ports.substr(0, longest))},
        {"profiles", fields.profiles},
        {"remote", fields.remote}};
    if (!fields.limits.empty()) made["limits"] = fields.limits;
    return made;
}

} // namespace rdpsweep::cim_plan
