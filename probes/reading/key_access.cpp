// Effective access to the RDP key file, and whether that key matters at the moment.
#include "probes/reading/key_access.hpp"

#include "probes/collect/key_file_name.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rights_words.hpp"
#include "probes/reading/rule_support.hpp"

#include <array>

namespace rdpsweep {

std::uint32_t missing_for_termservice(const SecurityDescriptor& descriptor) {
    constexpr std::uint32_t wanted = file_access::read;
    return wanted & ~effective_access(descriptor, termservice_sids(), wanted);
}

std::string termservice_may_read() {
    return sid_in_words(sid::network_service) + " may " +
           mask_in_words(file_access::read, RightsOf::file);
}

std::uint32_t
missing_for(const SecurityDescriptor& descriptor, const std::string& sid, std::uint32_t wanted) {
    const std::array<std::string, 2> token{sid, sid::everyone};
    return wanted & ~effective_access(descriptor, token, wanted);
}

std::string rdp_key_file(const Facts& facts) {
    if (facts.rdp_certificate) {
        const StoredCertificate* own = self_signed_certificate(*facts.rdp_certificate);
        if (own != nullptr && !own->key_file.empty()) return own->key_file;
    }
    if (!facts.machine_keys) return {};
    if (facts.os) {
        for (const std::string& name : rdp_key_file_names(facts.os->machine_guid))
            if (facts.machine_keys->find(name) != nullptr) return name;
    }
    return facts.machine_keys->expected;
}

std::string pointer_to(const MachineKeysFacts& keys, const KeyFile& file, std::string_view member) {
    for (std::size_t i = 0; i < keys.files.size(); ++i) {
        if (&keys.files[i] == &file) return pointer_at("/keys/files", i, member);
    }
    for (std::size_t i = 0; i < keys.cng_files.size(); ++i) {
        if (&keys.cng_files[i] == &file) return pointer_at("/keys/cng_files", i, member);
    }
    return "/keys/files";
}

bool own_certificate_unused(const Facts& facts) {
    if (!facts.rdp_certificate) return false;
    const CertificateFacts& certificates = *facts.rdp_certificate;
    const StoredCertificate* own = self_signed_certificate(certificates);
    const StoredCertificate* pinned = pinned_certificate(certificates);
    if (pinned != nullptr && pinned != own && served(facts, *pinned)) return true;
    // From outside a proxy may have answered with a certificate of its own; inside nothing does.
    const HandshakeFacts* done = completed_handshake(facts);
    if (done == nullptr || done->from != "guest" || done->peer_thumbprint.empty()) return false;
    return own != nullptr ? !served(facts, *own) : certificates.store.empty();
}

bool own_key_in_use(const Facts& facts) {
    if (!facts.rdp_certificate) return false;
    const StoredCertificate* own = self_signed_certificate(*facts.rdp_certificate);
    return own != nullptr && served(facts, *own);
}

bool is_rdp_key_name(std::string_view name) {
    return is_rdp_key_file(name);
}

} // namespace rdpsweep
