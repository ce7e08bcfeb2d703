// KEY.ACL: TermService, which runs as NETWORK SERVICE, can read the RDP key file.
//
// Article step 2.3 grants rights on every key of the machine, recursively and by localised names;
// the shipped ACL of this one file is known and changed at build 17763: from there on
// administrators have no access, so that an administrator cannot even read the descriptor of a
// healthy file. Then a handshake that served the configured certificate is the proof, and better
// than any ACL.
// Sample finding: broken, "NETWORK SERVICE lacks 0x120089 on f686aace..._<guid>".
#include "probes/machine_keys/rules.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/disk_view.hpp"
#include "probes/reading/key_access.hpp"
#include "probes/reading/rights_words.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"KEY.ACL", Cause::machine_keys, "2.3", Severity::critical};
constexpr auto keys = with_shared(
    "KEY.ACL.ok",
    "KEY.ACL.ok_tried",
    "KEY.ACL.no_file",
    "KEY.ACL.need_system",
    "KEY.ACL.unparsable",
    "KEY.ACL.denied",
    "KEY.ACL.denied_in_use",
    "KEY.ACL.denied_unused",
    "KEY.ACL.denied_unsure",
    "KEY.ACL.incomplete",
    "KEY.ACL.owner"
);

// The descriptor could not be read. The key is proven usable when TermService served a certificate
// that is the configured one.
Finding judge_unread(const Facts& facts, const std::string& pointer) {
    if (facts.rdp_certificate) {
        const StoredCertificate* expected = configured_certificate(*facts.rdp_certificate);
        if (expected != nullptr && served(facts, *expected))
            return ok(traits, "ok_tried")
                .confidence(Confidence::functional)
                .saw("/hs/0/thumb", thumbprint_of(*expected), "the configured certificate");
    }
    const Unread* reason = facts.why_unread(pointer);
    return unknown(traits, "need_system")
        .with("why", reason != nullptr ? reason->why + " " + reason->code : "not collected")
        .saw(pointer, "unread", "owner and DACL");
}

// Returns what the shipped ACL has besides NETWORK SERVICE: SYSTEM full, and SessionEnv full from
// 17763 on or administrators read before it. For 7601 and 9200 the earlier set is assumed
// (UNVERIFIED).
std::string missing_entries(const Facts& facts, const SecurityDescriptor& descriptor) {
    std::string lacking;
    const auto require = [&](const std::string& sid, std::uint32_t mask, const char* name) {
        const std::uint32_t lacks = missing_for(descriptor, sid, mask);
        if (lacks != 0)
            lacking += std::string(lacking.empty() ? "" : ", ") + name + " lacks " +
                       mask_in_words(lacks, RightsOf::file);
    };
    require(sid::system, file_access::all, "SYSTEM");
    if (const auto number = build_of(facts)) {
        if (*number >= build::server_2019)
            require(service_sid("SessionEnv"), file_access::all, "SessionEnv");
        else
            require(sid::administrators, file_access::read, "Administrators");
    }
    return lacking;
}

std::string by_way(const KeyFile& file) {
    return file.by_wmi ? " (read through WMI)" : "";
}

std::string seen(const KeyFile& file) {
    return sddl_in_words(*file.sddl, RightsOf::file) + by_way(file);
}

Draft judge_denied(const Facts& facts, std::uint32_t lacks) {
    if (own_key_in_use(facts))
        return at_risk(traits, "denied_in_use")
            .confidence(Confidence::functional)
            .with("mask", mask_in_words(lacks, RightsOf::file));
    Draft draft = broken(traits, "denied");
    if (own_certificate_unused(facts))
        draft = at_risk(traits, "denied_unused");
    else if (keys_unsure(facts))
        draft = at_risk(traits, "denied_unsure").confidence(Confidence::circumstantial);
    return draft.with("mask", mask_in_words(lacks, RightsOf::file));
}

Finding
judge_descriptor(const Facts& facts, const KeyFile& file, const SecurityDescriptor& descriptor) {
    const std::string pointer = pointer_to(*facts.machine_keys, file, "sddl");
    const std::string may_read = termservice_may_read();
    if (const std::uint32_t lacks = missing_for_termservice(descriptor); lacks != 0)
        return judge_denied(facts, lacks)
            .with("file", file.name)
            .saw(pointer, seen(file), may_read);
    if (const std::string lacking = missing_entries(facts, descriptor); !lacking.empty())
        return at_risk(traits, "incomplete")
            .with("file", file.name)
            .with("lacking", lacking)
            .saw(pointer, seen(file), lacking + " of the shipped ACL");
    // The article's takeown makes Administrators the owner, which takes nothing from anybody.
    if (descriptor.owner != sid::system && descriptor.owner != sid::administrators)
        return at_risk(traits, "owner")
            .with("file", file.name)
            .with("owner", sid_in_words(descriptor.owner))
            .saw(pointer, seen(file), "O:SY (owner SYSTEM)");
    return ok(traits).saw(pointer, may_read + by_way(file), "the same");
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(traits, facts, facts.machine_keys, "/keys")) return *lost;
    const std::string name = rdp_key_file(facts);
    const KeyFile* file = name.empty() ? nullptr : facts.machine_keys->find(name);
    if (file == nullptr) {
        const bool listed =
            facts.machine_keys->directory_listed && facts.why_unread("/keys/files") == nullptr;
        if (listed && !name.empty()) return not_applicable(traits, "no_file").with("file", name);
        return judge_unread(facts, "/keys/files");
    }
    if (!file->sddl) return judge_unread(facts, pointer_to(*facts.machine_keys, *file, "sddl"));
    const auto descriptor = parse_sddl(*file->sddl);
    if (!descriptor)
        return unknown(traits, "unparsable")
            .with("file", file->name)
            .saw(pointer_to(*facts.machine_keys, *file, "sddl"), *file->sddl, "SDDL");
    return judge_descriptor(facts, *file, *descriptor);
}

} // namespace

Rule key_acl_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
