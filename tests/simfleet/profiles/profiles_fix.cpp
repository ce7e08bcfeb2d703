// VMs on which a fix goes wrong in one way or another. Only where they are named.
#include "tests/simfleet/profiles/profile.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace simfleet {
namespace {

const Profile& one_of(std::span<const Profile> family, std::string_view name) {
    const auto same = [name](const Profile& profile) { return profile.name == name; };
    const auto found = std::find_if(family.begin(), family.end(), same);
    assert(found != family.end());
    return *found;
}

Profile like(std::string_view name, std::span<const Profile> family, std::string_view original) {
    Profile profile = one_of(family, original);
    profile.name = name;
    profile.weight = 0;
    return profile;
}

// The account may look, and not write.
Profile denied() {
    auto profile = like("fix_write_denied", protocol_profiles(), "tls_all_off");
    profile.wire.writes_denied = true;
    return profile;
}

// Something else keeps the listener from serving, whatever is done about TLS.
Profile no_help() {
    auto profile = like("fix_no_help", protocol_profiles(), "tls_all_off");
    profile.wire.deaf_listener = true;
    return profile;
}

// Hardened by level 2 of the CIS benchmark: the service that depends on TermService is disabled, so
// that it does not come back with it.
Profile devices_disabled() {
    auto profile = like("fix_devices_disabled", protocol_profiles(), "tls_all_off");
    profile.damage = [](Machine& machine) {
        constexpr std::uint32_t disabled = 4; // SERVICE_DISABLED
        one_of(protocol_profiles(), "tls_all_off").damage(machine);
        machine.stop_service("UmRdpService");
        machine.set_start("UmRdpService", disabled);
    };
    return profile;
}

} // namespace

std::span<const Profile> fix_profiles() {
    static const std::array table{denied(), no_help(), devices_disabled()};
    return table;
}

} // namespace simfleet
