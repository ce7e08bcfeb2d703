// VMs on which a fix goes wrong in one way or another. Only where they are named.
#include "core/service_start.hpp"
#include "tests/simfleet/profiles/cause_truth.hpp"

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
        one_of(protocol_profiles(), "tls_all_off").damage(machine);
        machine.stop_service("UmRdpService");
        machine.set_start("UmRdpService", rdpsweep::service_start::disabled);
    };
    return profile;
}

// Two causes, each of which hides whether the other is cured.
void stop_and_orphan(Machine& machine) {
    one_of(key_file_profiles(), "key_orphan").damage(machine);
    one_of(service_profiles(), "service_stopped").damage(machine);
}

void deny_and_corrupt(Machine& machine) {
    one_of(own_certificate_profiles(), "own_corrupt").damage(machine);
    one_of(key_acl_profiles(), "key_acl_denied").damage(machine);
}

// A cause with a fix beside one that nothing is allowed to cure.
void deny_and_take_port(Machine& machine) {
    one_of(key_acl_profiles(), "key_acl_denied").damage(machine);
    one_of(port_profiles(), "port_taken_by_service").damage(machine);
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

constexpr const char* no_read = "broken critical direct denied /keys/files/0/sddl";
// What Schannel logged before; our own try did not come as far as TLS.
constexpr const char* key_trouble_before =
    "at_risk low circumstantial machine_keys:key_near /evt/1 /evt/1/utc";

Truth stopped_and_orphan(std::uint32_t build) {
    const Findings both{
        {"SVC.STATE", "broken critical direct stopped /svc/0/state /svc/0/start /svc/0/exit"},
        {"KEY.PRESENT", "broken critical direct orphan /cert/store/0/thumb /keys/files"},
        {"KEY.ACL", "not_applicable no_file"},
        {"EVT.SCHANNEL", key_trouble_before}};
    return assessed(
        "broken",
        "services",
        with(with(handshake_failed(build, nobody_listens), no_listener_expected()), both)
    );
}

Truth denied_and_corrupt(std::uint32_t build) {
    const Findings both{
        {"KEY.ACL", no_read},
        {"CERT.CORRUPT", "broken critical direct unparsable /cert/store/0/blob_b64"},
        {"CERT.SELF.VALID", "unknown critical direct unparsed /cert/store/0"},
        {"EVT.SCHANNEL", key_trouble_logged}};
    return keys("broken", with(handshake_failed(build, cut_off), both));
}

// Another program answers, so nobody knows what TermService would do with its key.
Truth denied_and_taken(std::uint32_t build) {
    auto truth = one_of(port_profiles(), "port_taken_by_service").truth(build);
    truth.findings.insert_or_assign("KEY.ACL", no_read);
    truth.findings.insert_or_assign("EVT.SCHANNEL", key_trouble_before);
    return truth;
}

} // namespace

std::span<const Profile> fix_profiles() {
    static const std::array table{
        denied(),
        no_help(),
        devices_disabled(),
        of_two("fix_stopped_and_orphan", stop_and_orphan, stopped_and_orphan),
        of_two("fix_denied_and_corrupt", deny_and_corrupt, denied_and_corrupt),
        of_two("fix_denied_and_taken", deny_and_take_port, denied_and_taken)};
    return table;
}

} // namespace simfleet
