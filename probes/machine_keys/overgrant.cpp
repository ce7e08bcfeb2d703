// KEY.OVERGRANT: no key but RDP's is readable by NETWORK SERVICE.
//
// The residue of article step 2.3, whose recursive takeown and icacls give every network-facing
// service the private keys of IIS, SQL Server and EFS, and Administrators the ownership.
// Sample finding: at_risk, "12 keys that are not RDP's are readable by NETWORK SERVICE".
#include "core/text.hpp"
#include "probes/machine_keys/rules.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/key_access.hpp"
#include "probes/reading/rights_words.hpp"
#include "probes/reading/rule_support.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"KEY.OVERGRANT", Cause::machine_keys, "2.3", Severity::low};
constexpr auto keys = with_shared(
    "KEY.OVERGRANT.ok",
    "KEY.OVERGRANT.none_readable",
    "KEY.OVERGRANT.granted",
    "KEY.OVERGRANT.owned"
);

// Keys of IIS and ASP.NET, each by the hash of its container's name: their own set-up grants
// service accounts read, so that these grants prove nothing.
constexpr std::array<std::string_view, 4> granted_by_design{
    "6de9cb26d2b98c01ec4e9e8b34824aa2", // iisConfigurationKey
    "d6d986f09a1ee04e24c949879fdb506c", // NetFrameworkConfigurationKey
    "76944fb33636aeddb9590521c2e8815a", // iisWasKey
    "c2319c42033a5ca7f44e731bfd3fa2b5", // Microsoft Internet Information Server
};

bool by_design(std::string_view name) {
    const std::string lower = ascii_lower(name);
    return std::any_of(granted_by_design.begin(), granted_by_design.end(), [&](auto prefix) {
        return lower.starts_with(prefix);
    });
}

// Tells whether RDP presents or may present the key's certificate: TermService has to read that
// key.
bool is_used_by_rdp(const Facts& facts, std::string_view name) {
    if (is_rdp_key_name(name) || iequals(name, rdp_key_file(facts))) return true;
    if (!facts.rdp_certificate) return false;
    const StoredCertificate* configured = configured_certificate(*facts.rdp_certificate);
    return configured != nullptr && iequals(name, configured->key_file);
}

// Tells whether it grants to NETWORK SERVICE by name; what it may do through Everyone is the file's
// own business.
bool grants_network_service(const SecurityDescriptor& descriptor) {
    constexpr std::uint32_t read_data = 0x1; // FILE_READ_DATA
    const std::array<std::string, 1> token{sid::network_service};
    return !descriptor.null_dacl && effective_access(descriptor, token, read_data) != 0;
}

struct Count {
    std::size_t read = 0; // other keys' descriptors that could be read
    std::size_t granted = 0;
    std::size_t owned = 0;
};

Finding conclude(Draft draft, const Count& count) {
    // One key owned by Administrators is a certificate import; all of several is a takeown.
    constexpr std::size_t several = 3;
    draft.with("count", std::to_string(count.granted)).with("of", std::to_string(count.read));
    if (count.granted != 0) return draft;
    if (count.read >= several && count.owned == count.read)
        return at_risk(traits, "owned")
            .with("count", std::to_string(count.owned))
            .saw(
                "/keys/files", "O:BA (owner Administrators) on all of them", "O:SY (owner SYSTEM)"
            );
    return ok(traits);
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(traits, facts, facts.machine_keys, "/keys/files")) return *lost;
    Draft draft = at_risk(traits, "granted");
    Count count;
    std::size_t others = 0;
    for (const KeyFile& file : facts.machine_keys->files) {
        if (is_used_by_rdp(facts, file.name) || by_design(file.name)) continue;
        ++others;
        const auto descriptor = file.sddl ? parse_sddl(*file.sddl) : parse_sddl("");
        if (!file.sddl || !descriptor) continue;
        ++count.read;
        if (descriptor->owner == sid::administrators) ++count.owned;
        if (!grants_network_service(*descriptor)) continue;
        ++count.granted;
        draft.saw(
            pointer_to(*facts.machine_keys, file, "sddl"),
            sddl_in_words(*file.sddl, RightsOf::file),
            "nothing for " + sid_in_words(sid::network_service)
        );
    }
    // A narrow collector lists RDP's own only and counts the others.
    if (others + facts.machine_keys->other_count != 0 && count.read == 0)
        return unknown(traits, "none_readable").saw("/keys/files", "unread", "descriptors");
    return conclude(draft, count);
}

} // namespace

Rule key_overgrant_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
