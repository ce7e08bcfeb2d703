// Store blob: a list of properties, one of which is the certificate.
//
//   u32 property, u32 encoding (1 = X509_ASN_ENCODING), u32 length, data[length]   ... repeated
//
// Property 2 (CERT_KEY_PROV_INFO_PROP_ID) is a serialised CRYPT_KEY_PROV_INFO: u32 offset of the
// container's name, u32 offset of the provider's name, u32 provider type, u32 flags, u32 count of
// parameters, u32 their offset, u32 key spec; then the two names, UTF-16LE with a terminator. The
// offsets count from the beginning of the property's data.
#include "probes/collect/cert_blob.hpp"

#include "core/unicode.hpp"

#include <cstdint>

namespace rdpsweep {
namespace {

constexpr std::uint32_t property_key_provider = 2;
constexpr std::uint32_t property_certificate = 32;
constexpr std::size_t property_header = 12;
constexpr std::size_t provider_header = 28;
constexpr std::size_t max_name_units = 1024; // container names are at most MAX_PATH

Error malformed(std::string detail) {
    return Error(Phase::decode, Errc::malformed_output, std::move(detail));
}

// Reads four bytes; bytes must hold four bytes at offset.
std::uint32_t u32_at(std::string_view bytes, std::size_t offset) noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) {
        value = (value << 8) | static_cast<unsigned char>(bytes[offset + i]);
    }
    return value;
}

std::optional<std::string> name_at(std::string_view data, std::size_t offset) {
    if (offset < provider_header || offset >= data.size()) return std::nullopt;
    const std::string_view rest = data.substr(offset);
    for (std::size_t i = 0; i + 1 < rest.size() && i / 2 <= max_name_units; i += 2) {
        if (rest[i] == '\0' && rest[i + 1] == '\0') return utf16le_to_utf8(rest.substr(0, i));
    }
    return std::nullopt;
}

void read_provider(std::string_view data, CertBlob& blob) {
    if (data.size() < provider_header) {
        blob.provider_error = "the key provider record is too short";
        return;
    }
    const auto container = name_at(data, u32_at(data, 0));
    const auto provider = name_at(data, u32_at(data, 4));
    if (!container || !provider) {
        blob.provider_error = "a name in the key provider record lies outside it";
        return;
    }
    constexpr std::size_t flags_at = 12, key_spec_at = 24;
    blob.provider = KeyProvider{
        u32_at(data, 8), *container, *provider, u32_at(data, flags_at), u32_at(data, key_spec_at)};
}

} // namespace

Result<CertBlob> parse_cert_blob(std::string_view blob) {
    if (blob.size() > max_cert_blob_bytes) {
        return Error(Phase::decode, Errc::output_limit, "the certificate blob is too large");
    }
    CertBlob result;
    while (!blob.empty()) {
        if (blob.size() < property_header) return malformed("the certificate blob is cut short");
        const std::uint32_t property = u32_at(blob, 0);
        const std::uint32_t length = u32_at(blob, 8);
        blob.remove_prefix(property_header);
        if (length > blob.size()) {
            return malformed("a property of the certificate blob is longer than the blob");
        }
        const std::string_view data = blob.substr(0, length);
        blob.remove_prefix(length);
        if (property == property_certificate) {
            if (!result.der.empty()) return malformed("the blob holds two certificates");
            result.der = data;
        } else if (property == property_key_provider) {
            read_provider(data, result);
        }
    }
    if (result.der.empty()) return malformed("the blob holds no certificate");
    return result;
}

} // namespace rdpsweep
