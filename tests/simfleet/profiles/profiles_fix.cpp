// VMs on which a fix goes wrong in one way or another. Only where they are named.
#include "tests/simfleet/profiles/profile.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace simfleet {
namespace {

Profile like(std::string_view name, std::span<const Profile> family, std::string_view original) {
    const auto same = [original](const Profile& profile) { return profile.name == original; };
    const auto found = std::find_if(family.begin(), family.end(), same);
    assert(found != family.end());
    Profile profile = *found;
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

} // namespace

std::span<const Profile> fix_profiles() {
    static const std::array table{denied(), no_help()};
    return table;
}

} // namespace simfleet
