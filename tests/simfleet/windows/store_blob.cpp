// The serialised property list Windows keeps a certificate in (crypt32, registry stores).
#include "core/encoding.hpp"
#include "core/unicode.hpp"
#include "tests/simfleet/windows/certificates.hpp"

namespace simfleet {
namespace {

constexpr std::uint32_t property_provider = 2; // CERT_KEY_PROV_INFO_PROP_ID
constexpr std::uint32_t property_sha1 = 3;     // CERT_SHA1_HASH_PROP_ID
constexpr std::uint32_t property_der = 32;     // CERT_CERT_PROP_ID
constexpr std::uint32_t provider_header = 28;  // seven DWORDs before the names

std::string u32(std::uint32_t number) {
    std::string bytes;
    for (int i = 0; i < 4; ++i)
        bytes.push_back(static_cast<char>(number >> (8 * i) & 0xff));
    return bytes;
}

std::optional<std::uint32_t> u32_at(std::string_view bytes, std::size_t at) {
    if (at > bytes.size() || bytes.size() - at < 4) return {};
    std::uint32_t number = 0;
    for (std::size_t i = 4; i-- > 0;) {
        number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    return number;
}

std::string record(std::uint32_t property, std::string_view data) {
    const auto length = static_cast<std::uint32_t>(data.size());
    return u32(property) + u32(1) + u32(length) + std::string(data);
}

std::string wide(std::string_view text) {
    return rdpsweep::utf8_to_utf16le(text) + std::string(2, '\0');
}

std::string provider_data(const KeyProvider& where) {
    const auto container = wide(where.container);
    const auto provider_at = provider_header + static_cast<std::uint32_t>(container.size());
    return u32(provider_header) + u32(provider_at) + u32(where.type) + u32(where.flags) + u32(0) +
           u32(0) + u32(where.key_spec) + container + wide(where.name);
}

std::string wide_at(std::string_view data, std::size_t at) {
    std::size_t end = at;
    while (end + 1 < data.size() && (data[end] != '\0' || data[end + 1] != '\0'))
        end += 2;
    return at > data.size() ? std::string() : rdpsweep::utf16le_to_utf8(data.substr(at, end - at));
}

std::optional<KeyProvider> read_provider(std::string_view data) {
    const auto container = u32_at(data, 0);
    const auto name = u32_at(data, 4);
    const auto type = u32_at(data, 8);
    const auto flags = u32_at(data, 12);
    if (!container || !name || !type || !flags) return {};
    KeyProvider provider;
    provider.container = wide_at(data, *container);
    provider.name = wide_at(data, *name);
    provider.type = *type;
    provider.flags = *flags;
    return provider;
}

} // namespace

std::string
store_blob(const MadeCertificate& certificate, const std::optional<KeyProvider>& where) {
    auto blob = record(property_sha1, rdpsweep::hex_decode(certificate.thumbprint).value_or(""));
    if (where) blob += record(property_provider, provider_data(*where));
    return blob + record(property_der, certificate.der);
}

std::optional<BlobContent> read_blob(std::string_view blob) {
    BlobContent content;
    for (std::size_t at = 0; at < blob.size();) {
        const auto property = u32_at(blob, at);
        const auto length = u32_at(blob, at + 8);
        if (!property || !length || *length > blob.size() - at - 12) return {};
        const auto data = blob.substr(at + 12, *length);
        if (*property == property_der) content.der = std::string(data);
        if (*property == property_provider) content.provider = read_provider(data);
        at += 12 + *length;
    }
    if (content.der.empty()) return {};
    return content;
}

} // namespace simfleet
