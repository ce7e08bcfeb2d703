// KEY.PRESENT: the file of the RDP private key exists.
//
// Article step 2.3 resets permissions without looking whether the file is there. Its name is
// computed from container TSSecKeySet1 and MachineGuid; files of the same container with another
// GUID are leftovers of the image the VM was cloned from. No file and no certificate is healthy:
// Windows makes both. A certificate without its file is an orphan Windows never repairs.
// Sample finding: broken, "The certificate's key file f686aace..._<guid> does not exist".
#include "probes/collect/key_file_name.hpp"
#include "probes/machine_keys/rules.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/key_access.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"KEY.PRESENT", Cause::machine_keys, "2.3", Severity::critical};
constexpr auto keys = with_shared(
    "KEY.PRESENT.ok",
    "KEY.PRESENT.in_use",
    "KEY.PRESENT.name_unknown",
    "KEY.PRESENT.unlisted",
    "KEY.PRESENT.provider_unknown",
    "KEY.PRESENT.recreated",
    "KEY.PRESENT.orphan_unused",
    "KEY.PRESENT.orphan"
);

// A file with the RDP prefix is always among those reported, others only up to the cap.
bool absence_is_proven(const MachineKeysFacts& machine_keys, std::string_view name) {
    return machine_keys.directory_listed &&
           (is_rdp_key_name(name) || machine_keys.other_count == 0);
}

Draft& show(Draft& draft, const std::string& file) {
    return draft.with("file", file).saw("/keys/files", "not among the files", file);
}

Draft judge_absent(const Facts& facts, const StoredCertificate& own, const std::string& file) {
    // Type 0 is CNG, whose folder is not listed completely.
    const bool capi = own.provider && own.provider->type != 0;
    if (!capi) return unknown(traits, "provider_unknown");
    if (!absence_is_proven(*facts.machine_keys, file)) return unknown(traits, "unlisted");
    if (own_key_in_use(facts)) return at_risk(traits, "in_use").confidence(Confidence::functional);
    if (own_certificate_unused(facts)) return at_risk(traits, "orphan_unused");
    return broken(traits, "orphan");
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(traits, facts, facts.machine_keys, "/keys/files")) return *lost;
    const std::string file = rdp_key_file(facts);
    if (file.empty())
        return unknown(traits, "name_unknown")
            .saw("/os/machine_guid", facts.os ? facts.os->machine_guid : "unread", "a GUID");
    if (const KeyFile* found = facts.machine_keys->find(file))
        return ok(traits)
            .with("file", file)
            .saw(pointer_to(*facts.machine_keys, *found, "n"), found->name, file);
    if (!facts.machine_keys->directory_listed) {
        Draft draft = unknown(traits, "unlisted");
        return show(draft, file);
    }
    if (auto lost = missing(traits, facts, facts.rdp_certificate, "/cert/store")) return *lost;
    const StoredCertificate* own = self_signed_certificate(*facts.rdp_certificate);
    Draft draft = own == nullptr ? at_risk(traits, "recreated").severity(Severity::medium)
                                 : judge_absent(facts, *own, file);
    if (own == nullptr) {
        draft.saw(
            "/cert/store",
            std::to_string(facts.rdp_certificate->store.size()) +
                " certificates, none of them Windows' own",
            "one, or none yet"
        );
    } else {
        draft.saw(pointer_to(*facts.rdp_certificate, *own) + "/thumb", own->key_name, "its key");
    }
    return show(draft, file);
}

} // namespace

Rule key_present_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
