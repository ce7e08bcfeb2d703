// Certificates that are expired, damaged, not the ones configured, or impossible to renew
// (article steps 2 and 2.1).
#include "tests/simfleet/profiles/cause_truth.hpp"
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

void deny_store(Machine& machine, const char* ace) {
    machine.state.registry.protect(
        paths::rd_certificates,
        "O:SYG:SYD:AI" + std::string(ace) + "(A;CIID;KR;;;BU)(A;CIID;KA;;;BA)(A;CIID;KA;;;SY)"
    );
}

void own_dates(Machine& machine, std::int64_t from, std::int64_t until) {
    auto shape = machine.own_shape();
    shape.not_before = machine.plan.now + from;
    shape.not_after = machine.plan.now + until;
    machine.install_own(shape);
}

// SessionEnv has not looked since.
void expired_lately(Machine& machine) {
    own_dates(machine, -183 * day, -hour);
}

// Windows has made none for days, and nothing that can be read keeps it from it.
void missing(Machine& machine) {
    machine.remove_own();
    machine.remove_file(machine.key_path());
    machine.state.management.certificate_hash_type = 0;
    machine.state.management.certificate_hash.clear();
}

void missing_and_denied(Machine& machine) {
    missing(machine);
    deny_store(machine, "(D;;0x6;;;SY)");
}

// Hardened: the company's certificate is pinned, and Windows is to make none of its own.
void denied_on_purpose(Machine& machine) {
    machine.remove_own();
    machine.pin(machine.ca_shape());
    deny_store(machine, "(D;;0x4;;;SY)");
}

// Exported and imported again without its key.
void without_key_link(Machine& machine) {
    machine.install_own(machine.own_shape(), std::nullopt);
}

void expired(Machine& machine) {
    own_dates(machine, -200 * day, -17 * day);
}

// Renewal was tried and refused: the store says no to SYSTEM.
void expired_and_stuck(Machine& machine) {
    expired(machine);
    deny_store(machine, "(D;;0x6;;;SY)");
    machine.log("TermService", 1058, 1'200, {{"0", "Access is denied"}});
}

void expiring_without_renewal(Machine& machine) {
    own_dates(machine, -178 * day, 5 * day);
    machine.state.file(paths::machine_keys)->sddl = "O:SYG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";
}

void skewed(Machine& machine) {
    machine.state.os.clock_offset = 40 * 60;
}

// SelfSignedCertificate names a certificate that is no longer in the store.
void stale_reference(Machine& machine) {
    machine.state.registry.set(
        paths::win_stations, "SelfSignedCertificate", binary_value(std::string(20, '\x5a'))
    );
    Handshake shake;
    shake.selected = 2;
    shake.tls = "1.2";
    shake.suite = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    shake.thumbprint = machine.state.management.certificate_hash;
    machine.state_handshake(shake);
}

void second_certificate(Machine& machine) {
    machine.add_to_store(
        make_certificate(machine.own_shape()), KeyProvider{.container = "TSSecKeySet1"}
    );
}

// Replaces the bytes of Windows' own certificate in the store.
void overwrite_own(Machine& machine, std::string blob) {
    const auto path = std::string(paths::rd_certificates) + '\\' + machine.own_thumbprint();
    machine.state.registry.set(path, "Blob", binary_value(std::move(blob)));
}

// A DER that breaks off in the middle.
void corrupt(Machine& machine) {
    auto certificate = make_certificate(machine.own_shape());
    certificate.der.resize(certificate.der.size() / 2);
    overwrite_own(machine, store_blob(certificate, KeyProvider{.container = "TSSecKeySet1"}));
    log_key_failure(machine);
}

// A whole certificate under another one's name: nobody finds it by its hash.
void misfiled(Machine& machine) {
    const auto certificate = make_certificate(machine.own_shape());
    overwrite_own(machine, store_blob(certificate, KeyProvider{.container = "TSSecKeySet1"}));
}

// Something between the listener and the client answers with its own certificate.
void intercepted(Machine& machine) {
    auto shape = machine.own_shape();
    shape.common_name = "inspection-proxy.corp.sim.test";
    Handshake shake;
    shake.selected = 2;
    shake.tls = "1.2";
    shake.suite = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    shake.thumbprint = make_certificate(shape).thumbprint;
    machine.state_handshake(shake);
}

// One finding, whose verdict is the VM's.
Truth just(const std::string& rule, const Expected& expected) {
    return certificate(expected.verdict, {{rule, expected}});
}

const std::array own_certificate_table{
    Profile{
        .name = "store_denied",
        .kind = Kind::fault,
        .weight = 3,
        .builds = current_builds(),
        .damage = [](Machine& machine) { deny_store(machine, "(D;;0x6;;;SY)"); },
        .truth =
            [](std::uint32_t) { // what is there is served; it will not be renewed
                return certificate(
                    "at_risk",
                    {{"STORE.ACL", "at_risk high direct denied_served /cert/store_sddl/1"}}
                );
            }},
    Profile{
        .name = "store_denied_empty",
        .kind = Kind::fault,
        .weight = 2,
        .builds = open_key_builds(),
        .damage = missing_and_denied,
        .truth =
            [](std::uint32_t build) {
                return certificate(
                    "broken",
                    with(
                        handshake_failed(build, cut_off),
                        {{"STORE.ACL", "broken critical direct denied /cert/store_sddl/1"},
                         {"CERT.SELF.VALID", "broken critical direct missing /cert/store /svc"},
                         {"KEY.PRESENT", "at_risk medium direct none_made /cert/store /keys/files"},
                         {"KEY.ACL", "not_applicable no_file"}}
                    )
                );
            }},
    Profile{
        .name = "store_denied_on_purpose",
        .kind = Kind::healthy,
        .weight = 1,
        .builds = current_builds(),
        .damage = denied_on_purpose,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "ok",
                    "none",
                    {{"CERT.CA.VALID", "ok"},
                     {"STORE.ACL", "at_risk low direct denied_unneeded /cert/store_sddl/1"}}
                );
            }},
    Profile{
        .name = "own_missing",
        .kind = Kind::fault,
        .weight = 2,
        .builds = open_key_builds(),
        .damage = missing,
        .truth =
            [](std::uint32_t build) {
                return certificate(
                    "broken",
                    with(
                        handshake_failed(build, cut_off),
                        {{"CERT.SELF.VALID", "broken critical direct missing /cert/store /svc"},
                         {"KEY.PRESENT", "at_risk medium direct none_made /cert/store /keys/files"},
                         {"KEY.ACL", "not_applicable no_file"}}
                    )
                );
            }},
    Profile{
        .name = "own_without_key_link",
        .kind = Kind::fault,
        .weight = 2,
        .builds = open_key_builds(),
        .damage = without_key_link,
        .truth =
            [](std::uint32_t build) {
                return certificate(
                    "broken",
                    with(
                        handshake_failed(build, cut_off),
                        {{"CERT.CORRUPT", "broken critical direct no_key /cert/store/0"}}
                    )
                );
            }},
    Profile{
        .name = "own_expired_lately",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = expired_lately,
        .truth =
            [](std::uint32_t) {
                return certificate(
                    "at_risk",
                    {{"CERT.SELF.VALID",
                      "at_risk medium direct expired_lately /cert/store/0/not_after"}}
                );
            }},
    Profile{
        .name = "store_denied_inherited",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = [](Machine& machine) { deny_store(machine, "(D;CIID;0x6;;;SY)"); },
        .truth =
            [](std::uint32_t) {
                return just("STORE.ACL", "at_risk high direct inherited /cert/store_sddl/1");
            }},
    Profile{
        .name = "store_unread",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = [](Machine& machine) { machine.forbid("sd:" + std::string(paths::rd_store)); },
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "unknown",
                    "none",
                    {{"STORE.ACL", "unknown critical direct rule.unread /cert/store_sddl"}}
                );
            }},
    Profile{
        .name = "own_expired",
        .kind = Kind::fault,
        .weight = 10,
        .builds = current_builds(),
        .damage = expired,
        .truth =
            [](std::uint32_t) { // it goes on serving: clients complain
                return just(
                    "CERT.SELF.VALID", "broken high direct expired /cert/store/0/not_after"
                );
            }},
    Profile{
        .name = "own_expired_stuck",
        .kind = Kind::fault,
        .weight = 5,
        .builds = current_builds(),
        .damage = expired_and_stuck,
        .truth =
            [](std::uint32_t) {
                return certificate(
                    "broken",
                    {{"CERT.SELF.VALID", "broken critical direct expired /cert/store/0/not_after"},
                     {"STORE.ACL", "at_risk high direct denied_served /cert/store_sddl/1"},
                     {"EVT.RDPCERT",
                      "at_risk medium circumstantial creation_past /evt/0 /evt/0/utc"}}
                );
            }},
    Profile{
        .name = "own_not_yet_valid",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = [](Machine& machine) { own_dates(machine, 3 * day, 186 * day); },
        .truth =
            [](std::uint32_t) {
                return just(
                    "CERT.SELF.VALID", "at_risk high direct not_yet_valid /cert/store/0/not_before"
                );
            }},
    // It will not be renewed, and the reason is the folder.
    Profile{
        .name = "own_expiring_stuck",
        .kind = Kind::fault,
        .weight = 4,
        .builds = current_builds(),
        .damage = expiring_without_renewal,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "at_risk",
                    "machine_keys",
                    {{"CERT.SELF.VALID",
                      "at_risk high direct renewal_blocked /cert/store/0/not_after /keys"},
                     {"KEY.FOLDER", "at_risk high direct hardened /keys/dir_sddl"}}
                );
            }},
    Profile{
        .name = "clock_skewed",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = skewed,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "unknown",
                    "none",
                    {{"CERT.SELF.VALID", "unknown critical direct clock_skew /collector/utc"}}
                );
            }},
    Profile{
        .name = "own_reference_stale",
        .kind = Kind::fault,
        .weight = 2,
        .builds = open_key_builds(),
        .damage = stale_reference,
        .truth =
            [](std::uint32_t) {
                return just("CERT.CORRUPT", "at_risk medium direct self_elsewhere /cert/self");
            }},
    Profile{
        .name = "own_duplicate",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = second_certificate,
        .truth = [](std::uint32_t
                 ) { return just("CERT.CORRUPT", "at_risk medium direct several /cert/store"); }},
    // What the damaged certificate was good for cannot be told any more.
    Profile{
        .name = "own_corrupt",
        .kind = Kind::fault,
        .weight = 2,
        .builds = open_key_builds(),
        .damage = corrupt,
        .truth =
            [](std::uint32_t build) {
                return certificate(
                    "broken",
                    with(
                        handshake_failed(build, cut_off),
                        {{"CERT.CORRUPT",
                          "broken critical direct unparsable /cert/store/0/blob_b64"},
                         {"CERT.SELF.VALID", "unknown critical direct unparsed /cert/store/0"},
                         {"EVT.SCHANNEL", key_trouble_logged}}
                    )
                );
            }},
    Profile{
        .name = "own_misfiled",
        .kind = Kind::fault,
        .weight = 1,
        .builds = open_key_builds(),
        .damage = misfiled,
        .truth =
            [](std::uint32_t build) {
                return certificate(
                    "broken",
                    with(
                        handshake_failed(build, cut_off),
                        {{"CERT.CORRUPT", "broken critical direct mismatch /cert/store/0/thumb"}}
                    )
                );
            }},
    Profile{
        .name = "served_other",
        .kind = Kind::fault,
        .weight = 2,
        .builds = open_key_builds(),
        .damage = intercepted,
        .truth = [](std::uint32_t
                 ) { return just("CERT.BINDING", "at_risk medium functional other /hs/0/thumb"); },
        .wire = {.rdp_outside = false}}};

} // namespace

std::span<const Profile> own_certificate_profiles() {
    return own_certificate_table;
}

} // namespace simfleet
