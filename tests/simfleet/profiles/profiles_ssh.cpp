// Trouble of SSH servers. In a fleet without SSH these are healthy VMs.
#include "tests/simfleet/profiles/profile.hpp"

#include <array>

namespace simfleet {
namespace {

Profile sick(std::string_view name, SshManner manner, Kind kind) {
    Profile profile{.name = name, .kind = kind, .weight = 1, .builds = current_builds()};
    profile.wire.ssh = manner;
    return profile;
}

} // namespace

std::span<const Profile> ssh_profiles() {
    static const std::array table{
        sick("ssh_mute", SshManner::mute, Kind::slow_wire),
        sick("ssh_stalls", SshManner::stalls, Kind::slow_wire),
        sick("ssh_endless", SshManner::endless, Kind::wire),
        sick("ssh_cut", SshManner::cut, Kind::wire)};
    return table;
}

} // namespace simfleet
