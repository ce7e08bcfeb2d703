// The RDP private key gone, and the folder and the other keys around it (article step 2.3).
#include "core/encoding.hpp"
#include "tests/simfleet/profiles/cause_truth.hpp"
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

void orphan(Machine& machine) {
    machine.remove_file(machine.key_path());
    log_key_failure(machine);
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
    const auto certificate = make_certificate(machine.own_shape());
    machine.remove_own();
    machine.state.registry.set(
        std::string(paths::rd_certificates) + '\\' + certificate.thumbprint,
        "Blob",
        binary_value(store_blob(certificate, std::nullopt))
    );
    machine.state.registry.set(
        paths::win_stations,
        "SelfSignedCertificate",
        binary_value(rdpsweep::hex_decode(certificate.thumbprint).value_or(""))
    );
    machine.remove_file(machine.key_path());
    machine.forbid("net:loopback", "skipped", "");
}

Truth unsure(std::uint32_t build, Findings findings) {
    return assessed("unknown", "none", with(handshake_not_run(build), findings));
}

const std::array key_file_table{
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
                        handshake_failed(build),
                        {{"KEY.PRESENT", "broken"}, {"EVT.SCHANNEL", "broken"}}
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
                    "at_risk", with(handshake_not_run(build), {{"KEY.PRESENT", "at_risk"}})
                );
            }},
    Profile{
        .name = "key_unlisted",
        .kind = Kind::fault,
        .weight = 1,
        .builds = closed_key_builds(),
        .damage = unlisted,
        .truth =
            [](std::uint32_t build) {
                return unsure(build, {{"KEY.PRESENT", "unknown"}, {"KEY.OVERGRANT", "unknown"}});
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
                return unsure(build, {{"KEY.PRESENT", "unknown"}});
            }},
    Profile{
        .name = "key_folder_hardened",
        .kind = Kind::fault,
        .weight = 8,
        .builds = current_builds(),
        .damage = harden_folder,
        .truth =
            [](std::uint32_t) {
                return keys("at_risk", {{"KEY.FOLDER", "at_risk"}});
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
                        handshake_failed(build),
                        {{"KEY.FOLDER", "broken"},
                         {"KEY.PRESENT", "at_risk"},
                         {"EVT.RDPCERT", "broken"}}
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
                return assessed("ok", "none", {{"KEY.OVERGRANT", "at_risk"}});
            }},
    Profile{
        .name = "key_article_residue",
        .kind = Kind::fault,
        .weight = 5,
        .builds = current_builds(),
        .damage = article_residue,
        .truth = [](std::uint32_t) {
            return keys("at_risk", {{"KEY.ACL", "at_risk"}, {"KEY.OVERGRANT", "at_risk"}});
        }}};

} // namespace

std::span<const Profile> key_file_profiles() {
    return key_file_table;
}

} // namespace simfleet
