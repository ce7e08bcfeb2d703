// A key that exists and cannot be used: nothing in it, or nothing Windows can decrypt.
#include "probes/machine_keys/usable.hpp"

#include "core/service_start.hpp"
#include "core/text.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/event_log.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/key_access.hpp"
#include "probes/reading/rule_support.hpp"
#include "probes/reading/status_codes.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr std::uint32_t key_failed = 36870; // Schannel event

// Returns Windows' own certificate where RDP is to use it and its entry is sound and names the
// file.
const StoredCertificate* sound_owner(const Facts& facts, const KeyFile& file) {
    if (!facts.rdp_certificate) return nullptr;
    const StoredCertificate* own = self_signed_certificate(*facts.rdp_certificate);
    if (own == nullptr || configured_certificate(*facts.rdp_certificate) != own) return nullptr;
    const bool sound = own->parsed && iequals(own->parsed->thumbprint, own->key_name);
    return sound && iequals(own->key_file, file.name) ? own : nullptr;
}

// KeyIso opens keys on behalf of TermService; without it no key can be used.
bool key_service_off(const Facts& facts) {
    const Service* service = facts.services ? facts.services->find("KeyIso") : nullptr;
    return service != nullptr && service->start == service_start::disabled &&
           service->state != ServiceState::running;
}

bool readable(const KeyFile& file) {
    if (!file.sddl) return false;
    const auto descriptor = parse_sddl(*file.sddl);
    return descriptor && missing_for_termservice(*descriptor) == 0;
}

} // namespace

std::uint64_t bytes_of_key(const Facts& facts) {
    constexpr std::uint32_t bits_of_byte = 8;
    if (!facts.rdp_certificate) return 1;
    const StoredCertificate* own = self_signed_certificate(*facts.rdp_certificate);
    if (own == nullptr || !own->parsed) return 1;
    return std::max<std::uint64_t>(1, own->parsed->key_bits / bits_of_byte);
}

std::optional<RefusedKey> refused_key(const Facts& facts, const KeyFile& file) {
    if (!facts.events || sound_owner(facts, file) == nullptr) return std::nullopt;
    if (!ended_without_credential(facts) || key_service_off(facts)) return std::nullopt;
    const auto failures = events_of(facts, "Schannel", [&](const Event& event) {
        return event.id == key_failed && brought_about(facts, event);
    });
    for (const LoggedEvent& logged : failures) {
        const std::string code = data_of(*logged.event, "ErrorCode");
        if (readable(file) || is_bad_key_state(code))
            return RefusedKey{named_status(code), pointer_at("/evt", logged.index, "")};
    }
    return std::nullopt;
}

} // namespace rdpsweep
