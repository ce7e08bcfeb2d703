// The file names of key containers (measured on real machines).
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "core/unicode.hpp"
#include "tests/simfleet/windows/windows.hpp"

#include <openssl/evp.h>

#include <array>

namespace simfleet {
namespace {

// The MD5 as Windows prints it: four little-endian DWORDs.
std::string md5_dwords(const std::string& bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_md5(), nullptr);
    std::string turned;
    for (std::size_t group = 0; group + 4 <= length; group += 4) {
        for (std::size_t i = 4; i-- > 0;)
            turned.push_back(static_cast<char>(digest[group + i]));
    }
    return rdpsweep::hex_encode(turned);
}

} // namespace

std::string capi_file_name(std::string_view container) {
    return md5_dwords(rdpsweep::ascii_lower(container) + '\0');
}

std::string cng_file_name(std::string_view key) {
    const auto lower = rdpsweep::ascii_lower(key);
    return md5_dwords(rdpsweep::utf8_to_utf16le(lower) + std::string(2, '\0'));
}

} // namespace simfleet
