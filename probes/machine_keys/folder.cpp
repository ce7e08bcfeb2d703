// KEY.FOLDER: the MachineKeys folder lets Windows create the next RDP key as it should be.
//
// Article step 2.3 treats folder and files alike. The folder's own ACL is Everyone 0x12019f on this
// folder only, and Administrators full. Hardened to SYSTEM and Administrators it does not break RDP
// by itself, even renewal works, but the next key file lacks an entry and a later renewal fails.
// Sample finding: at_risk, "The MachineKeys folder is hardened: Everyone lacks 0x12019f".
#include "probes/machine_keys/rules.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/event_log.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/key_access.hpp"
#include "probes/reading/rights_words.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"KEY.FOLDER", Cause::machine_keys, "2.3", Severity::critical};
constexpr auto keys = with_shared(
    "KEY.FOLDER.ok",
    "KEY.FOLDER.unparsable",
    "KEY.FOLDER.hardened",
    "KEY.FOLDER.renewal_fails",
    "KEY.FOLDER.no_certificate"
);
// Read and write as Microsoft lists them for the folder (KB 278381). What is shipped has
// SYNCHRONIZE as well, which no dialog lists and nobody needs to make a file in a folder.
constexpr std::uint32_t everyone_needs = 0x2019f;
constexpr std::uint32_t everyone_shipped = 0x12019f;
constexpr auto shipped_entries = "(A;;0x12019f;;;WD)(A;;FA;;;BA) = allow Everyone read, write; "
                                 "allow Administrators full";

Finding judge_hardened(const Facts& facts, const std::string& sddl, const std::string& lacking) {
    Draft draft = at_risk(traits, "hardened");
    // A completed handshake shows that today's key is usable: then it is the next one that suffers.
    if (completed_handshake(facts) == nullptr) {
        if (!uncured_creation_failures(facts).empty())
            draft = broken(traits, "renewal_fails");
        else if (own_certificate_overdue(facts))
            draft = broken(traits, "no_certificate");
        if (trial(facts) != Trial::fails) draft.severity(Severity::high);
    }
    return draft.with("lacking", lacking)
        .saw("/keys/dir_sddl", sddl_in_words(sddl, RightsOf::file), shipped_entries);
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(traits, facts, facts.machine_keys, "/keys/dir_sddl")) return *lost;
    const auto& sddl = facts.machine_keys->directory_sddl;
    if (!sddl) return unread(traits, facts, "/keys/dir_sddl");
    const auto descriptor = parse_sddl(*sddl);
    if (!descriptor) return unknown(traits, "unparsable").saw("/keys/dir_sddl", *sddl, "SDDL");
    const std::uint32_t everyone = missing_for(*descriptor, sid::everyone, everyone_shipped);
    const std::uint32_t admins = missing_for(*descriptor, sid::administrators, file_access::all);
    const bool makes_keys = (everyone & everyone_needs) == 0;
    if (makes_keys && admins == 0) return ok(traits);
    std::string lacking;
    if (!makes_keys) lacking = "Everyone lacks " + mask_in_words(everyone, RightsOf::file);
    if (admins != 0)
        lacking += std::string(lacking.empty() ? "" : ", ") + "Administrators lack " +
                   mask_in_words(admins, RightsOf::file);
    return judge_hardened(facts, *sddl, lacking);
}

} // namespace

Rule key_folder_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
