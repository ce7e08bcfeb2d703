// The RDP private key closed to NETWORK SERVICE, or open in an unusual way (article step 2.3).
#include "tests/simfleet/profiles/cause_truth.hpp"
#include "tests/simfleet/profiles/profile.hpp"

#include <array>

namespace simfleet {
namespace {

void without_network_service(Machine& machine) {
    machine.set_key_sddl("O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;BA)");
    log_key_failure(machine);
}

void network_service_denied(Machine& machine) {
    machine.set_key_sddl("O:SYG:SYD:PAI(D;;FR;;;NS)(A;;FA;;;SY)(A;;FR;;;NS)(A;;FR;;;BA)");
    log_key_failure(machine);
}

// Everyone may not read the data; everyone may read that this is so.
void everyone_denied(Machine& machine) {
    machine.set_key_sddl("O:SYG:SYD:PAI(D;;0x1;;;WD)(A;;FA;;;SY)(A;;FR;;;NS)(A;;FR;;;BA)");
    log_key_failure(machine);
}

// Ownership taken on 2019 and later, NETWORK SERVICE lost on the way.
void taken_over(Machine& machine) {
    machine.set_key_sddl("O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)");
    log_key_failure(machine);
}

void third_entry_missing(Machine& machine) {
    machine.set_key_sddl("O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)(A;;FR;;;BA)"); // no SessionEnv
}

void owned_by_network_service(Machine& machine) {
    auto sddl = healthy_key_sddl(machine.plan.build);
    machine.set_key_sddl(sddl.replace(0, 4, "O:NS"));
}

// Administrators cannot see the ACL of the file any more than on a healthy machine.
void closed(Machine& machine) {
    machine.set_key_sddl("O:SYG:SYD:PAI(A;;FA;;;SY)");
}

void closed_and_logged(Machine& machine) {
    closed(machine);
    log_key_failure(machine);
}

// With auditing on, the Security log names the key, the account and the refusal.
void closed_and_audited(Machine& machine) {
    closed_and_logged(machine);
    const std::map<std::string, std::string> refusal{
        {"SubjectUserSid", "S-1-5-20"},
        {"ProviderName", "Microsoft Software Key Storage Provider"},
        {"KeyName", "TSSecKeySet1"},
        {"KeyType", "%%2499"},
        {"ReturnCode", "0x80090016"}};
    machine.log("Security", 5061, 420, refusal);
    machine.log_provoked("Security", 5061, refusal);
}

void unproven(Machine& machine) {
    machine.forbid("net:loopback", "skipped", "");
}

// The file's descriptor is readable in these.
Truth unreadable_key(std::uint32_t build) {
    return keys(
        "broken",
        with(
            handshake_failed(build, cut_off),
            {{"KEY.ACL", "broken critical direct denied /keys/files/0/sddl"},
             {"EVT.SCHANNEL", key_trouble_logged}}
        )
    );
}

Truth doubtful_acl(const std::string& key) {
    return keys("at_risk", {{"KEY.ACL", "at_risk high direct " + key + " /keys/files/0/sddl"}});
}

const std::array key_acl_table{
    Profile{
        .name = "key_acl_missing",
        .kind = Kind::fault,
        .weight = 22,
        .builds = open_key_builds(),
        .damage = without_network_service,
        .truth = unreadable_key},
    Profile{
        .name = "key_acl_denied",
        .kind = Kind::fault,
        .weight = 3,
        .builds = open_key_builds(),
        .damage = network_service_denied,
        .truth = unreadable_key},
    Profile{
        .name = "key_acl_everyone_denied",
        .kind = Kind::fault,
        .weight = 2,
        .builds = open_key_builds(),
        .damage = everyone_denied,
        .truth = unreadable_key},
    Profile{
        .name = "key_acl_taken_over",
        .kind = Kind::fault,
        .weight = 14,
        .builds = closed_key_builds(),
        .damage = taken_over,
        .truth = unreadable_key},
    Profile{
        .name = "key_acl_incomplete",
        .kind = Kind::fault,
        .weight = 4,
        .builds = closed_key_builds(),
        .damage = third_entry_missing,
        .truth = [](std::uint32_t) { return doubtful_acl("incomplete"); }},
    Profile{
        .name = "key_acl_owner",
        .kind = Kind::fault,
        .weight = 4,
        .builds = open_key_builds(),
        .damage = owned_by_network_service,
        .truth = [](std::uint32_t) { return doubtful_acl("owner"); }},
    // Key trouble for certain, though the ACL itself cannot be seen.
    Profile{
        .name = "key_closed_logged",
        .kind = Kind::fault,
        .weight = 10,
        .builds = closed_key_builds(),
        .damage = closed_and_logged,
        .truth =
            [](std::uint32_t build) {
                return keys(
                    "broken",
                    with(handshake_failed(build, cut_off), {{"EVT.SCHANNEL", key_trouble_logged}})
                );
            }},
    Profile{
        .name = "key_closed_audited",
        .kind = Kind::fault,
        .weight = 4,
        .builds = closed_key_builds(),
        .damage = closed_and_audited,
        .truth =
            [](std::uint32_t build) {
                return keys(
                    "broken",
                    with(
                        handshake_failed(build, cut_off),
                        {{"EVT.SCHANNEL",
                          "broken critical circumstantial machine_keys:key_now /evt/1 /evt/1/utc"},
                         {"EVT.KEYAUDIT",
                          "broken critical direct now /evt/0/data/ReturnCode /evt/0 /evt/0/utc"}}
                    )
                );
            }},
    Profile{
        .name = "key_closed_silent",
        .kind = Kind::fault,
        .weight = 2,
        .builds = closed_key_builds(),
        .damage = closed,
        .truth =
            [](std::uint32_t build) { // nothing else is left that could explain it
                return keys("broken", with(handshake_failed(build, cut_off), the_key_is_left()));
            }},
    Profile{
        .name = "key_unproven",
        .kind = Kind::fault,
        .weight = 2,
        .builds = closed_key_builds(),
        .damage = unproven,
        .truth = [](std::uint32_t build
                 ) { return assessed("unknown", "none", handshake_not_run(build)); },
        .wire = {.rdp_outside = false}}};

} // namespace

std::span<const Profile> key_acl_profiles() {
    return key_acl_table;
}

} // namespace simfleet
