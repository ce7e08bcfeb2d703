// A header with four offsets, SIDs, and lists of entries whose sizes are all counted.
#include "offline/descriptor.hpp"

#include "core/encoding.hpp"

#include <array>
#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>

#include "offline/descriptor_words.hpp"

namespace rdpsweep::offline {
namespace {

constexpr std::size_t header_of_sid = 8;
constexpr std::uint8_t most_sub_authorities = 15;
constexpr std::size_t header_of_acl = 8;
constexpr std::size_t header_of_entry = 8; // with its mask

// SE_DACL_* of SECURITY_DESCRIPTOR_CONTROL (MS-DTYP 2.4.6).
constexpr std::uint16_t dacl_present = 0x0004;

Error damaged_descriptor(std::string_view what) {
    return {Phase::run, Errc::malformed_output, std::string("security descriptor: ").append(what)};
}

std::size_t sid_bytes(Bytes sid) noexcept {
    return header_of_sid + std::size_t{4} * number_at<std::uint8_t>(sid, 1).value_or(0);
}

struct EntryType {
    std::uint8_t number;
    std::string_view letters;
    bool object;
    bool conditional;
};

// ACE_HEADER's types (MS-DTYP 2.4.4.1) that a DACL may have.
constexpr std::array entry_types{
    EntryType{0x00, "A", false, false},
    EntryType{0x01, "D", false, false},
    EntryType{0x05, "OA", true, false},
    EntryType{0x06, "OD", true, false},
    EntryType{0x09, "XA", false, true},
    EntryType{0x0A, "XD", false, true},
    EntryType{0x0B, "ZA", true, true},
    EntryType{0x0C, "ZD", true, true},
};

// Returns a GUID as SDDL writes it.
std::string guid_of(Bytes guid) {
    constexpr std::array<std::size_t, 16> order{
        3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    std::string text;
    for (std::size_t i = 0; i < order.size(); ++i) {
        char digits[4];
        std::snprintf(digits, sizeof digits, "%02x", std::to_integer<unsigned>(guid[order[i]]));
        text += i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "";
        text += digits;
    }
    return text;
}

// What an object entry has between its mask and its SID: flags, and a GUID for each of two of them.
struct Objects {
    std::string type, inherited_type;
    std::size_t bytes = 0;
};

std::optional<Objects> objects_of(Bytes rest) {
    const auto flags = number_at<std::uint32_t>(rest, 0);
    Objects objects;
    objects.bytes = 4;
    if (!flags) {
        return std::nullopt;
    }
    using Named = std::pair<std::uint32_t, std::string*>;
    const std::array named{Named{1, &objects.type}, Named{2, &objects.inherited_type}};
    for (const auto& [bit, text] : named) {
        if ((*flags & bit) == 0) {
            continue;
        }
        const auto guid = slice(rest, objects.bytes, 16);
        if (!guid) {
            return std::nullopt;
        }
        *text = guid_of(*guid);
        objects.bytes += guid->size();
    }
    return objects;
}

Result<std::string> entry_words(Bytes entry) {
    const auto number = number_at<std::uint8_t>(entry, 0).value_or(0);
    const auto mask = number_at<std::uint32_t>(entry, 4).value_or(0);
    const EntryType* type = nullptr;
    for (const auto& known : entry_types) {
        type = known.number == number ? &known : type;
    }
    if (type == nullptr) {
        return Error(
            Phase::run,
            Errc::unsupported,
            "security descriptor: an entry of type " + std::to_string(number) + " has no words"
        );
    }
    auto rest = entry.subspan(header_of_entry);
    const auto objects = type->object ? objects_of(rest) : Objects{};
    if (!objects) {
        return damaged_descriptor("an object's entry is cut");
    }
    rest = rest.subspan(objects->bytes);
    const auto sid = sid_text(rest);
    if (!sid) {
        return sid;
    }
    std::string text = "(";
    text.append(type->letters) += ';';
    text += flag_words(number_at<std::uint8_t>(entry, 1).value_or(0)) + ';' + rights_words(mask);
    text += ';' + objects->type + ';' + objects->inherited_type + ';' + sid_words(*sid);
    if (type->conditional) {
        const auto condition = rest.subspan(sid_bytes(rest));
        text += ";(#";
        text += hex_encode({reinterpret_cast<const char*>(condition.data()), condition.size()});
        text += ')';
    }
    return text + ')';
}

Result<std::string> list_words(Bytes descriptor, std::size_t offset) {
    const auto size = number_at<std::uint16_t>(descriptor, offset + 2).value_or(0);
    const auto count = number_at<std::uint16_t>(descriptor, offset + 4).value_or(0);
    const auto list = slice(descriptor, offset, size);
    if (!list || size < header_of_acl) {
        return damaged_descriptor("its DACL does not lie within");
    }
    std::string text;
    auto rest = list->subspan(header_of_acl);
    for (unsigned i = 0; i < count; ++i) {
        const auto length = number_at<std::uint16_t>(rest, 2).value_or(0);
        if (length < header_of_entry || length > rest.size()) {
            return damaged_descriptor("an entry does not lie within its DACL");
        }
        const auto entry = entry_words(rest.first(length));
        if (!entry) {
            return entry;
        }
        text += *entry;
        rest = rest.subspan(length);
    }
    return text;
}

Result<std::string> dacl_words(Bytes descriptor, std::uint16_t control) {
    struct Flag {
        std::uint16_t bit;
        std::string_view letters;
    };

    constexpr std::array flags{Flag{0x1000, "P"}, Flag{0x0100, "AR"}, Flag{0x0400, "AI"}};
    if ((control & dacl_present) == 0) {
        return std::string();
    }
    std::string text = "D:";
    for (const auto& flag : flags) {
        text += (control & flag.bit) != 0 ? flag.letters : "";
    }
    const auto offset = number_at<std::uint32_t>(descriptor, 16).value_or(0);
    if (offset == 0) {
        return text + "NO_ACCESS_CONTROL";
    }
    const auto list = list_words(descriptor, offset);
    return list ? text + *list : list;
}

// Returns "O:SY" of the SID whose offset lies at that place; nothing where there is none.
Result<std::string> trustee_words(Bytes descriptor, std::size_t place, std::string_view letter) {
    const auto offset = number_at<std::uint32_t>(descriptor, place).value_or(0);
    if (offset == 0) {
        return std::string();
    }
    if (offset > descriptor.size()) {
        return damaged_descriptor("a SID does not lie within");
    }
    const auto sid = sid_text(descriptor.subspan(offset));
    return sid ? std::string(letter) + sid_words(*sid) : sid;
}

} // namespace

Result<std::string> sid_text(Bytes sid) {
    const auto count = number_at<std::uint8_t>(sid, 1).value_or(0);
    if (number_at<std::uint8_t>(sid, 0) != 1 || count > most_sub_authorities ||
        sid.size() < sid_bytes(sid)) {
        return damaged_descriptor("a SID is cut, or is none");
    }
    std::uint64_t authority = 0;
    for (std::size_t i = 2; i < header_of_sid; ++i) {
        authority = authority << 8U | std::to_integer<std::uint64_t>(sid[i]);
    }
    char number[24];
    // As RtlConvertSidToUnicodeString does: what needs more than 32 bits is hexadecimal.
    std::snprintf(
        number,
        sizeof number,
        authority > 0xFFFFFFFF ? "0x%012llx" : "%llu",
        static_cast<unsigned long long>(authority)
    );
    auto text = std::string("S-1-") + number;
    for (std::size_t i = 0; i < count; ++i) {
        text += '-' + std::to_string(*number_at<std::uint32_t>(sid, header_of_sid + i * 4));
    }
    return text;
}

Result<std::string> sddl_of(Bytes descriptor, DescriptorParts parts) {
    constexpr std::size_t header_bytes = 20;
    const auto control = number_at<std::uint16_t>(descriptor, 2);
    if (descriptor.size() < header_bytes || number_at<std::uint8_t>(descriptor, 0) != 1) {
        return damaged_descriptor("it is cut, or is none");
    }
    auto text = trustee_words(descriptor, 4, "O:");
    if (text && parts == DescriptorParts::owner_group_dacl) {
        const auto group = trustee_words(descriptor, 8, "G:");
        if (!group) {
            return group;
        }
        *text += *group;
    }
    if (!text) {
        return text;
    }
    const auto dacl = dacl_words(descriptor, *control);
    return dacl ? *text + *dacl : dacl;
}

} // namespace rdpsweep::offline
