// KEY.PRESENT: the file of the RDP private key exists and holds a key that Windows can use.
//
// Article step 2.3 resets permissions without looking whether the file is there. Its name is
// computed from the container (TSSecKeySet1, or up to 9 where an older one could not be opened) and
// MachineGuid; files of the same container with another GUID are leftovers of the image the VM was
// cloned from. No file and no certificate is healthy: Windows makes both. A certificate without its
// file, or with one that has no key in it, is an orphan Windows never repairs.
// Sample finding: broken, "The certificate's key file f686aace..._<guid> does not exist".
#include "probes/collect/key_file_name.hpp"
#include "probes/machine_keys/rules.hpp"
#include "probes/machine_keys/usable.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/disk_view.hpp"
#include "probes/reading/handshake_view.hpp"
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
    "KEY.PRESENT.none_made",
    "KEY.PRESENT.orphan_unused",
    "KEY.PRESENT.orphan",
    "KEY.PRESENT.orphan_unsure",
    "KEY.PRESENT.damaged",
    "KEY.PRESENT.damaged_unsure",
    "KEY.PRESENT.damaged_not_in_force",
    "KEY.PRESENT.unusable"
);

// A file with an RDP prefix is always among those reported, others only up to the cap.
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
    if (keys_unsure(facts))
        return at_risk(traits, "orphan_unsure").confidence(Confidence::circumstantial);
    return broken(traits, "orphan");
}

// Windows makes what is missing when TermService starts; long after that it should be there.
Draft judge_none(const Facts& facts) {
    const bool late = own_certificate_overdue(facts) && ended_without_credential(facts);
    return at_risk(traits, late ? "none_made" : "recreated").severity(Severity::medium);
}

Draft judge_damaged(const Facts& facts) {
    if (own_key_in_use(facts) || own_certificate_unused(facts))
        return at_risk(traits, "damaged_not_in_force");
    if (keys_unsure(facts))
        return at_risk(traits, "damaged_unsure").confidence(Confidence::circumstantial);
    return broken(traits, "damaged");
}

Finding judge_file(const Facts& facts, const KeyFile& file) {
    const std::string at = pointer_to(*facts.machine_keys, file, "size");
    if (const auto least = bytes_of_key(facts); file.size && *file.size < least) {
        return judge_damaged(facts)
            .with("file", file.name)
            .with("size", std::to_string(*file.size))
            .saw(at, std::to_string(*file.size), "more than " + std::to_string(least));
    }
    if (const auto failure = refused_key(facts, file))
        return broken(traits, "unusable")
            .confidence(Confidence::circumstantial)
            .with("file", file.name)
            .with("code", failure->code)
            .saw(failure->pointer, "Schannel 36870 " + failure->code, "no such event")
            .saw(pointer_to(*facts.machine_keys, file, "n"), file.name, "a key Windows can use");
    return ok(traits)
        .with("file", file.name)
        .saw(pointer_to(*facts.machine_keys, file, "n"), file.name, rdp_key_file(facts));
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(traits, facts, facts.machine_keys, "/keys/files")) return *lost;
    const std::string file = rdp_key_file(facts);
    if (file.empty())
        return unknown(traits, "name_unknown")
            .saw("/os/machine_guid", facts.os ? facts.os->machine_guid : "unread", "a GUID");
    if (const KeyFile* found = facts.machine_keys->find(file)) return judge_file(facts, *found);
    if (!facts.machine_keys->directory_listed) {
        Draft draft = unknown(traits, "unlisted");
        return show(draft, file);
    }
    if (auto lost = missing(traits, facts, facts.rdp_certificate, "/cert/store")) return *lost;
    const StoredCertificate* own = self_signed_certificate(*facts.rdp_certificate);
    Draft draft = own == nullptr ? judge_none(facts) : judge_absent(facts, *own, file);
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
