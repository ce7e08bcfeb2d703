// The RDP private key gone, and the folder and the other keys around it (article step 2.3).
#include "core/encoding.hpp"
#include "tests/simfleet/profiles/cause_truth.hpp"
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

// NTE_BAD_KEY_STATE: the key is there and cannot be decrypted.
void log_undecryptable(Machine& machine) {
    machine.log_provoked(
        "Schannel",
        36870,
        {{"Type", "server"}, {"ErrorCode", "0x8009000B"}, {"ErrorStatus", "10001"}}
    );
}

void orphan(Machine& machine) {
    machine.remove_file(machine.key_path());
    log_key_failure(machine);
}

// A crash while it was written.
void empty_file(Machine& machine) {
    machine.state.file(machine.key_path())->size = 0;
    log_undecryptable(machine);
}

// File and rights are as shipped; what protects the key went with another machine's secrets.
void undecryptable(Machine& machine) {
    machine.state.file(machine.key_path())->undecryptable = true;
    log_undecryptable(machine);
}

// SessionEnv could not have TSSecKeySet1 and made its key in the next container.
void second_container(Machine& machine, std::string sddl) {
    const auto certificate = make_certificate(machine.own_shape());
    machine.remove_own();
    machine.add_to_store(certificate, KeyProvider{.container = "TSSecKeySet2"});
    machine.state.registry.set(
        paths::win_stations,
        "SelfSignedCertificate",
        binary_value(rdpsweep::hex_decode(certificate.thumbprint).value_or(""))
    );
    machine.state.management.certificate_hash = certificate.thumbprint;
    machine.set_key_sddl("O:BAG:SYD:PAI(A;;FA;;;BA)");
    machine.add_key_file(
        capi_file_name("TSSecKeySet2") + '_' + machine.machine_guid(), std::move(sddl)
    );
}

// No certificate, no key: Windows makes both when TermService starts. Nobody tried meanwhile.
void nothing_yet(Machine& machine) {
    machine.remove_own();
    machine.remove_file(machine.key_path());
    machine.state.management.certificate_hash_type = 0;
    machine.state.management.certificate_hash.clear();
    machine.forbid("net:loopback", "skipped", "");
}

void unlisted(Machine& machine) {
    machine.forbid("dir:" + std::string(paths::machine_keys));
    machine.forbid("net:loopback", "skipped", "");
}

void harden_folder(Machine& machine) {
    machine.state.file(paths::machine_keys)->sddl = "O:SYG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";
}

// The hardened folder met its first renewal: a new container cannot be made, and the old
// certificate has expired.
void failing_renewal(Machine& machine) {
    harden_folder(machine);
    machine.remove_own();
    machine.remove_file(machine.key_path());
    machine.state.management.certificate_hash_type = 0;
    machine.state.management.certificate_hash.clear();
    machine.log("TermService", 1057, 3'000, {{"0", "Keyset does not exist"}});
    machine.log("TermService", 1058, 3'001, {{"0", "Keyset does not exist"}});
    machine.log_provoked("TermService", 1057, {{"0", "Keyset does not exist"}});
}

// icacls /grant "NETWORK SERVICE":(R) on every key of the machine.
void grant_all(Machine& machine) {
    const auto own = capi_file_name("TSSecKeySet1");
    for (auto& file : machine.state.files) {
        const bool key = !file.folder && file.path.starts_with(paths::machine_keys);
        if (!key || file.path.find(own) != std::string::npos) continue;
        file.sddl = "O:BAG:SYD:AI(A;;FR;;;NS)(A;;FA;;;BA)(A;;FA;;;SY)";
    }
}

// The whole recipe, RDP's own key included.
void article_residue(Machine& machine) {
    grant_all(machine);
    machine.set_key_sddl("O:BAG:SYD:AI(A;;FR;;;NS)(A;;FA;;;BA)(A;;FA;;;SY)");
}

// A blob that does not say where the private key is.
void without_provider(Machine& machine) {
    machine.install_own(machine.own_shape(), std::nullopt);
    machine.remove_file(machine.key_path());
    machine.forbid("net:loopback", "skipped", "");
}

constexpr const char* no_file = "not_applicable no_file";
constexpr const char* to_be_made = "at_risk medium direct recreated /cert/store /keys/files";
// The first of the other keys that the recipe was applied to.
constexpr const char* others_granted = "at_risk low direct granted /keys/files/3/sddl";

Truth unsure(std::uint32_t build, Findings findings) {
    return assessed("unknown", "none", with(handshake_not_run(build), findings));
}

Truth unusable(std::uint32_t build, const std::string& how) {
    return keys(
        "broken",
        with(
            handshake_failed(build, cut_off),
            {{"KEY.PRESENT", "broken critical " + how}, {"EVT.SCHANNEL", key_trouble_logged}}
        )
    );
}

const std::array key_file_table{
    Profile{
        .name = "key_empty",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = empty_file,
        .truth = [](std::uint32_t build
                 ) { return unusable(build, "direct damaged /keys/files/0/size"); }},
    Profile{
        .name = "key_undecryptable",
        .kind = Kind::fault,
        .weight = 3,
        .builds = current_builds(),
        .damage = undecryptable,
        .truth = [](std::uint32_t build
                 ) { return unusable(build, "circumstantial unusable /evt/0 /keys/files/0/n"); }},
    Profile{
        .name = "key_second_container",
        .kind = Kind::healthy,
        .weight = 3,
        .builds = current_builds(),
        .damage = [](Machine& machine
                  ) { second_container(machine, healthy_key_sddl(machine.plan.build)); }},
    Profile{
        .name = "key_second_container_denied",
        .kind = Kind::fault,
        .weight = 2,
        .builds = open_key_builds(),
        .damage =
            [](Machine& machine) {
                second_container(machine, "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;BA)");
                log_key_failure(machine);
            },
        .truth =
            [](std::uint32_t build) {
                return keys(
                    "broken",
                    with(
                        handshake_failed(build, cut_off),
                        {{"KEY.ACL", "broken critical direct denied /keys/files/1/sddl"},
                         {"EVT.SCHANNEL", key_trouble_logged}}
                    )
                );
            }},
    // KEY.ACL has no file to judge.
    Profile{
        .name = "key_orphan",
        .kind = Kind::fault,
        .weight = 10,
        .builds = open_key_builds(),
        .damage = orphan,
        .truth =
            [](std::uint32_t build) {
                return keys(
                    "broken",
                    with(
                        handshake_failed(build, cut_off),
                        {{"KEY.PRESENT",
                          "broken critical direct orphan /cert/store/0/thumb /keys/files"},
                         {"KEY.ACL", no_file},
                         {"EVT.SCHANNEL", key_trouble_logged}}
                    )
                );
            }},
    Profile{
        .name = "key_not_yet",
        .kind = Kind::fault,
        .weight = 2,
        .builds = open_key_builds(),
        .damage = nothing_yet,
        .truth =
            [](std::uint32_t build) {
                return keys(
                    "at_risk",
                    with(
                        with(handshake_not_run(build), silent_outside()),
                        {{"KEY.PRESENT", to_be_made}, {"KEY.ACL", no_file}}
                    )
                );
            },
        .wire = {.tunnel = false}},
    Profile{
        .name = "key_unlisted",
        .kind = Kind::fault,
        .weight = 1,
        .builds = closed_key_builds(),
        .damage = unlisted,
        .truth =
            [](std::uint32_t build) {
                return unsure(
                    build,
                    {{"KEY.PRESENT", "unknown critical direct rule.unread /keys/files"},
                     {"KEY.ACL", "unknown critical direct need_system /keys/files"},
                     {"KEY.OVERGRANT", "unknown low direct rule.unread /keys/files"}}
                );
            },
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "key_no_provider",
        .kind = Kind::fault,
        .weight = 1,
        .builds = open_key_builds(),
        .damage = without_provider,
        .truth =
            [](std::uint32_t build) {
                auto truth = unsure(
                    build,
                    with(
                        silent_outside(),
                        {{"KEY.PRESENT",
                          "unknown critical direct provider_unknown /cert/store/0/thumb"
                          " /keys/files"},
                         {"KEY.ACL", no_file},
                         {"CERT.CORRUPT", "at_risk high direct no_key /cert/store/0"}}
                    )
                );
                truth.verdict = "at_risk"; // a certificate without a key cannot serve TLS
                truth.root_cause = "rdp_certificate";
                return truth;
            },
        .wire = {.tunnel = false}},
    Profile{
        .name = "key_folder_hardened",
        .kind = Kind::fault,
        .weight = 8,
        .builds = current_builds(),
        .damage = harden_folder,
        .truth =
            [](std::uint32_t) {
                return keys(
                    "at_risk", {{"KEY.FOLDER", "at_risk high direct hardened /keys/dir_sddl"}}
                );
            }},
    Profile{
        .name = "key_renewal_failing",
        .kind = Kind::fault,
        .weight = 6,
        .builds = open_key_builds(),
        .damage = failing_renewal,
        .truth =
            [](std::uint32_t build) {
                return keys(
                    "broken",
                    with(
                        handshake_failed(build, cut_off),
                        {{"KEY.FOLDER", "broken critical direct renewal_fails /keys/dir_sddl"},
                         {"KEY.PRESENT", "at_risk medium direct none_made /cert/store /keys/files"},
                         {"KEY.ACL", "not_applicable no_file"},
                         {"CERT.SELF.VALID", "broken critical direct missing /cert/store /svc"},
                         {"EVT.RDPCERT",
                          "broken critical circumstantial creation_now /evt/0 /evt/0/utc"}}
                    )
                );
            }},
    Profile{
        .name = "key_overgrant",
        .kind = Kind::healthy,
        .weight = 5,
        .builds = current_builds(),
        .damage = grant_all,
        .truth =
            [](std::uint32_t) {
                return assessed("ok", "none", {{"KEY.OVERGRANT", others_granted}});
            }},
    Profile{
        .name = "key_article_residue",
        .kind = Kind::fault,
        .weight = 5,
        .builds = closed_key_builds(),
        .damage = article_residue,
        // Server 2019 ships a third entry, which the recipe takes away; before, what it leaves is
        // sound. The other keys lie open: hygiene.
        .truth = [](std::uint32_t) {
            return keys(
                "at_risk",
                {{"KEY.ACL", "at_risk high direct incomplete /keys/files/0/sddl"},
                 {"KEY.OVERGRANT", others_granted}}
            );
        }}};

} // namespace

std::span<const Profile> key_file_profiles() {
    return key_file_table;
}

} // namespace simfleet
