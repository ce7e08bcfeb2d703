// Key-file names, as CAPI and CNG derive them from a container's name.
#include "probes/collect/key_file_name.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "core/unicode.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace rdpsweep {
namespace {

bool is_usable_ascii(std::string_view text) noexcept {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// Returns the MD5 printed as four little-endian dwords: every group of four bytes is reversed.
std::string md5_as_dwords(std::string_view bytes) {
    std::array<unsigned char, 16> digest{};
    unsigned int size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr) != 1) {
        return {};
    }
    std::string swapped;
    for (std::size_t word = 0; word < digest.size(); word += 4) {
        for (std::size_t i = 4; i-- > 0;)
            swapped.push_back(static_cast<char>(digest[word + i]));
    }
    return hex_encode(swapped);
}

std::string with_guid(std::string prefix, std::string_view machine_guid) {
    if (prefix.empty() || machine_guid.empty()) return {};
    return prefix.append("_").append(machine_guid);
}

// Microsoft's software providers keep keys in files; their smart card provider does not.
bool keeps_files(const KeyProvider& provider) {
    const std::string name = ascii_lower(provider.name);
    if (provider.type == 0) return name == "microsoft software key storage provider";
    return name.starts_with("microsoft ") && name.find("smart card") == std::string::npos;
}

constexpr char last_container = '9';

const std::vector<std::string>& rdp_prefixes() {
    static const auto prefixes = [] {
        std::vector<std::string> all;
        std::string container(rdp_container);
        for (; container.back() <= last_container; ++container.back())
            all.push_back(capi_key_file_prefix(container));
        return all;
    }();
    return prefixes;
}

} // namespace

bool is_rdp_container(std::string_view container) {
    if (container.size() != rdp_container.size()) return false;
    const auto stem = rdp_container.size() - 1;
    const char number = container.back();
    return iequals(container.substr(0, stem), rdp_container.substr(0, stem)) &&
           number >= rdp_container.back() && number <= last_container;
}

bool is_rdp_key_file(std::string_view name) {
    const std::string lower = ascii_lower(name);
    const auto& prefixes = rdp_prefixes();
    return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
        return lower.starts_with(prefix + "_");
    });
}

std::vector<std::string> rdp_key_file_names(std::string_view machine_guid) {
    std::vector<std::string> names;
    if (machine_guid.empty()) return names;
    for (const std::string& prefix : rdp_prefixes())
        names.push_back(with_guid(prefix, machine_guid));
    return names;
}

std::string capi_key_file_prefix(std::string_view container) {
    if (!is_usable_ascii(container)) return {};
    std::string bytes = ascii_lower(container);
    bytes.push_back('\0');
    return md5_as_dwords(bytes);
}

std::string cng_key_file_prefix(std::string_view container) {
    if (!is_usable_ascii(container)) return {};
    std::string bytes = utf8_to_utf16le(ascii_lower(container));
    bytes.append(2, '\0');
    return md5_as_dwords(bytes);
}

std::string key_file_name(const KeyProvider& provider, std::string_view machine_guid) {
    if (!keeps_files(provider)) return {};
    return with_guid(
        provider.type == 0 ? cng_key_file_prefix(provider.container)
                           : capi_key_file_prefix(provider.container),
        machine_guid
    );
}

std::string rdp_key_file_name(std::string_view machine_guid) {
    return with_guid(capi_key_file_prefix(rdp_container), machine_guid);
}

} // namespace rdpsweep
