// VMs on which a fix goes wrong in one way or another. Only where they are named.
#include "tests/simfleet/profiles/cause_truth.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace simfleet {
namespace {

const Profile& member(std::span<const Profile> family, std::string_view name) {
    const auto same = [name](const Profile& profile) { return profile.name == name; };
    const auto found = std::find_if(family.begin(), family.end(), same);
    assert(found != family.end());
    return *found;
}

Profile like(std::string_view name, std::span<const Profile> family, std::string_view original) {
    Profile profile = member(family, original);
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

// Two causes, each of which hides whether the other is cured.
void stop_and_orphan(Machine& machine) {
    member(key_file_profiles(), "key_orphan").damage(machine);
    member(service_profiles(), "service_stopped").damage(machine);
}

void deny_and_corrupt(Machine& machine) {
    member(own_certificate_profiles(), "own_corrupt").damage(machine);
    member(key_acl_profiles(), "key_acl_denied").damage(machine);
}

// A cause with a fix beside one that nothing is allowed to cure.
void deny_and_take_port(Machine& machine) {
    member(key_acl_profiles(), "key_acl_denied").damage(machine);
    member(port_profiles(), "port_taken_by_service").damage(machine);
}

Profile of_two(std::string_view name, void (*damage)(Machine&), Truth (*truth)(std::uint32_t)) {
    Profile profile;
    profile.name = name;
    profile.kind = Kind::fault;
    profile.weight = 0;
    profile.builds = only<14393>();
    profile.damage = damage;
    profile.truth = truth;
    return profile;
}

Truth stopped_and_orphan(std::uint32_t build) {
    const Findings both{{"SVC.STATE", "broken"}, {"KEY.PRESENT", "broken"}};
    return assessed(
        "broken",
        "services",
        with(with(handshake_failed(build), both), {{"EVT.SCHANNEL", "broken"}})
    );
}

Truth denied_and_corrupt(std::uint32_t build) {
    const Findings both{{"KEY.ACL", "broken"}, {"CERT.CORRUPT", "broken"}};
    const Findings more{{"CERT.SELF.VALID", "unknown"}, {"EVT.SCHANNEL", "broken"}};
    return keys("broken", with(with(handshake_failed(build), both), more));
}

Truth denied_and_taken(std::uint32_t build) {
    const Findings both{{"KEY.ACL", "broken"}, {"PORT.OWNER", "broken"}};
    return assessed(
        "broken",
        "rdp_port",
        with(with(handshake_failed(build), both), {{"EVT.SCHANNEL", "broken"}})
    );
}

} // namespace

std::span<const Profile> fix_profiles() {
    static const std::array table{
        denied(),
        no_help(),
        of_two("fix_stopped_and_orphan", stop_and_orphan, stopped_and_orphan),
        of_two("fix_denied_and_corrupt", deny_and_corrupt, denied_and_corrupt),
        of_two("fix_denied_and_taken", deny_and_take_port, denied_and_taken)};
    return table;
}

} // namespace simfleet
