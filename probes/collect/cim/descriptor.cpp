// Win32_SecurityDescriptor as SDDL.
#include "probes/collect/cim/steps.hpp"

#include <array>
#include <cstdio>

namespace rdpsweep::cim_plan {

namespace {

constexpr std::size_t most_aces = 2048; // an ACL is at most 64 KiB in binary

// SE_DACL_* of SECURITY_DESCRIPTOR_CONTROL (winnt.h).
constexpr std::uint64_t dacl_present = 0x0004;
constexpr std::uint64_t dacl_auto_inherited = 0x0400;
constexpr std::uint64_t dacl_protected = 0x1000;

// Win32_ACE.AceType: those that decide anything here.
constexpr std::uint64_t allowed = 0;
constexpr std::uint64_t denied = 1;

struct Flag {
    std::uint64_t bit;
    std::string_view letters;
};

constexpr std::array ace_flags{
    Flag{0x01, "OI"}, Flag{0x02, "CI"}, Flag{0x04, "NP"}, Flag{0x08, "IO"}, Flag{0x10, "ID"}};

// Nothing but digits and dashes: it becomes part of a text that is parsed again.
bool is_sid(std::string_view text) {
    return text.starts_with("S-1-") && text.find_first_not_of("0123456789-", 4) == text.npos;
}

// Returns a SID in binary (MS-DTYP 2.4.2.2): revision, count, authority, count times 32 bits.
std::optional<std::string> sid_of_bytes(std::string_view bytes) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    if (bytes.size() < 8 || at(0) != 1 || bytes.size() != 8 + std::size_t{4} * at(1)) return {};
    std::uint64_t authority = 0;
    for (std::size_t i = 2; i < 8; ++i)
        authority = authority << 8 | at(i);
    auto text = "S-1-" + std::to_string(authority);
    for (std::size_t i = 8; i < bytes.size(); i += 4) {
        const std::uint32_t part =
            at(i) | at(i + 1) << 8 | at(i + 2) << 16 | static_cast<std::uint32_t>(at(i + 3)) << 24;
        text += '-' + std::to_string(part);
    }
    return text;
}

std::optional<std::string> sid_of(const cim::Instance& holder, std::string_view name) {
    const auto* value = holder.find(name);
    if (value == nullptr || value->objects.empty()) return {};
    const auto& trustee = value->objects.front();
    if (const auto text = text_of(trustee, "SIDString"); text && is_sid(*text)) return text;
    const auto bytes = bytes_of(trustee, "SID");
    return bytes ? sid_of_bytes(*bytes) : std::nullopt;
}

std::optional<std::string> ace_text(const cim::Instance& ace) {
    const auto type = number_of(ace, "AceType");
    const auto mask = number_of(ace, "AccessMask");
    const auto flags = number_of(ace, "AceFlags").value_or(0);
    const auto sid = sid_of(ace, "Trustee");
    if (!type || *type > denied || !mask || *mask > 0xffffffff || !sid) return {};
    std::string text = *type == allowed ? "(A;" : "(D;";
    for (const auto& flag : ace_flags) {
        if ((flags & flag.bit) != 0) text += flag.letters;
    }
    char number[16];
    std::snprintf(number, sizeof number, "0x%x", static_cast<unsigned>(*mask));
    return text + ";" + number + ";;;" + *sid + ")";
}

} // namespace

std::optional<std::string> sddl_of(const cim::Instance& descriptor) {
    const auto control = number_of(descriptor, "ControlFlags");
    const auto owner = sid_of(descriptor, "Owner");
    const auto* dacl = descriptor.find("DACL");
    // On the wire a DACL without entries looks like no DACL, and they mean opposite things.
    if (!control || !owner || dacl == nullptr || dacl->objects.empty()) return {};
    if ((*control & dacl_present) == 0 || dacl->objects.size() > most_aces) return {};
    std::string text = "O:" + *owner + "D:";
    if ((*control & dacl_protected) != 0) text += "P";
    if ((*control & dacl_auto_inherited) != 0) text += "AI";
    for (const auto& ace : dacl->objects) {
        const auto entry = ace_text(ace);
        if (!entry) return {};
        text += *entry;
    }
    return text;
}

} // namespace rdpsweep::cim_plan
