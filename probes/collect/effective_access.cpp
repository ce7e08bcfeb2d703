// The access check of Windows on a file, as far as a fixed set of SIDs decides it.
#include "core/text.hpp"
#include "core/unicode.hpp"
#include "probes/collect/sddl.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace rdpsweep {
namespace {

constexpr std::string_view owner_rights = "S-1-3-4";
constexpr std::uint32_t read_control = 0x00020000;
constexpr std::uint32_t write_dac = 0x00040000;

constexpr std::uint32_t generic_all = 0x10000000;
constexpr std::uint32_t generic_execute = 0x20000000;
constexpr std::uint32_t generic_write = 0x40000000;
constexpr std::uint32_t generic_read = 0x80000000;

// Maps generic rights by the GENERIC_MAPPING of the file object type.
std::uint32_t map_generic(std::uint32_t mask) noexcept {
    std::uint32_t mapped = mask & ~(generic_all | generic_execute | generic_write | generic_read);
    if ((mask & generic_all) != 0) mapped |= file_access::all;
    if ((mask & generic_execute) != 0) mapped |= file_access::execute;
    if ((mask & generic_write) != 0) mapped |= file_access::write;
    if ((mask & generic_read) != 0) mapped |= file_access::read;
    return mapped;
}

bool holds(std::span<const std::string> sids, std::string_view sid) noexcept {
    return std::any_of(sids.begin(), sids.end(), [&](const std::string& held) {
        return held == sid;
    });
}

bool applies(const Ace& ace) noexcept {
    return (ace.flags & ace_flag::inherit_only) == 0;
}

} // namespace

std::uint32_t effective_access(
    const SecurityDescriptor& descriptor, std::span<const std::string> sids, std::uint32_t desired
) noexcept {
    const std::uint32_t wanted = map_generic(desired);
    if (descriptor.null_dacl) return wanted;
    const bool owner = !descriptor.owner.empty() && holds(sids, descriptor.owner);
    const bool owner_ruled =
        std::any_of(descriptor.dacl.begin(), descriptor.dacl.end(), [](const Ace& ace) {
            return applies(ace) && ace.sid == owner_rights;
        });
    std::uint32_t granted = owner && !owner_ruled ? (read_control | write_dac) : 0;
    std::uint32_t denied = 0;
    for (const Ace& ace : descriptor.dacl) {
        if (!applies(ace)) continue;
        if (!holds(sids, ace.sid) && !(owner && ace.sid == owner_rights)) continue;
        const std::uint32_t mask = map_generic(ace.mask);
        if (ace.kind == AceKind::deny) {
            denied |= mask & ~granted;
        } else if (ace.kind == AceKind::allow && !ace.conditional) {
            granted |= mask & ~denied;
        }
    }
    return granted & wanted;
}

std::string service_sid(std::string_view service_name) {
    std::string upper = ascii_lower(service_name);
    for (char& c : upper) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    const std::string bytes = utf8_to_utf16le(upper);
    std::array<unsigned char, 20> digest{};
    unsigned int size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
        return {};
    }
    std::string sid = "S-1-5-80";
    for (std::size_t i = 0; i < digest.size(); i += 4) {
        const std::uint32_t word = static_cast<std::uint32_t>(digest[i]) |
                                   static_cast<std::uint32_t>(digest[i + 1]) << 8 |
                                   static_cast<std::uint32_t>(digest[i + 2]) << 16 |
                                   static_cast<std::uint32_t>(digest[i + 3]) << 24;
        sid.append("-").append(std::to_string(word));
    }
    return sid;
}

std::span<const std::string> termservice_sids() {
    static const std::array<std::string, 6> sids{
        "S-1-5-20",
        "S-1-1-0",
        "S-1-5-11",
        "S-1-5-6",
        "S-1-5-32-545",
        service_sid("TermService"),
    };
    return sids;
}

} // namespace rdpsweep
