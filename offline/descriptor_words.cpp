// Tables of SDDL's words: "SID Strings" and "ACE Strings" of Microsoft's documentation. Those that
// are relative to a domain or a machine are not here: a disk's descriptor has the whole SID.
#include "offline/descriptor_words.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace rdpsweep::offline {
namespace {

struct KnownSid {
    std::string_view sid;
    std::string_view letters;
};

constexpr std::array known_sids{
    KnownSid{"S-1-1-0", "WD"},
    KnownSid{"S-1-3-0", "CO"},
    KnownSid{"S-1-3-1", "CG"},
    KnownSid{"S-1-3-4", "OW"},
    KnownSid{"S-1-5-2", "NU"},
    KnownSid{"S-1-5-4", "IU"},
    KnownSid{"S-1-5-6", "SU"},
    KnownSid{"S-1-5-7", "AN"},
    KnownSid{"S-1-5-9", "ED"},
    KnownSid{"S-1-5-10", "PS"},
    KnownSid{"S-1-5-11", "AU"},
    KnownSid{"S-1-5-12", "RC"},
    KnownSid{"S-1-5-18", "SY"},
    KnownSid{"S-1-5-19", "LS"},
    KnownSid{"S-1-5-20", "NS"},
    KnownSid{"S-1-5-33", "WR"},
    KnownSid{"S-1-5-32-544", "BA"},
    KnownSid{"S-1-5-32-545", "BU"},
    KnownSid{"S-1-5-32-546", "BG"},
    KnownSid{"S-1-5-32-547", "PU"},
    KnownSid{"S-1-5-32-548", "AO"},
    KnownSid{"S-1-5-32-549", "SO"},
    KnownSid{"S-1-5-32-550", "PO"},
    KnownSid{"S-1-5-32-551", "BO"},
    KnownSid{"S-1-5-32-552", "RE"},
    KnownSid{"S-1-5-32-554", "RU"},
    KnownSid{"S-1-5-32-555", "RD"},
    KnownSid{"S-1-5-32-556", "NO"},
    KnownSid{"S-1-5-32-558", "MU"},
    KnownSid{"S-1-5-32-559", "LU"},
    KnownSid{"S-1-5-32-568", "IS"},
    KnownSid{"S-1-5-32-569", "CY"},
    KnownSid{"S-1-5-32-573", "ER"},
    KnownSid{"S-1-5-32-574", "CD"},
    KnownSid{"S-1-5-32-575", "RA"},
    KnownSid{"S-1-5-32-576", "ES"},
    KnownSid{"S-1-5-32-577", "MS"},
    KnownSid{"S-1-5-32-578", "HA"},
    KnownSid{"S-1-5-32-579", "AA"},
    KnownSid{"S-1-5-32-580", "RM"},
    KnownSid{"S-1-15-2-1", "AC"},
    KnownSid{"S-1-16-4096", "LW"},
    KnownSid{"S-1-16-8192", "ME"},
    KnownSid{"S-1-16-8448", "MP"},
    KnownSid{"S-1-16-12288", "HI"},
    KnownSid{"S-1-16-16384", "SI"},
    KnownSid{"S-1-18-1", "AS"},
    KnownSid{"S-1-18-2", "SS"},
    KnownSid{"S-1-5-84-0-0-0-0-0", "UD"},
};

struct Word {
    std::uint32_t bits;
    std::string_view letters;
};

// Whole masks of files and of keys.
constexpr std::array whole_rights{
    Word{0x001F01FF, "FA"},
    Word{0x00120089, "FR"},
    Word{0x00120116, "FW"},
    Word{0x001200A0, "FX"},
    Word{0x000F003F, "KA"},
    Word{0x00020019, "KR"}, // KX means the same bits
    Word{0x00020006, "KW"},
};

constexpr std::array single_rights{
    Word{0x00000001, "CC"},
    Word{0x00000002, "DC"},
    Word{0x00000004, "LC"},
    Word{0x00000008, "SW"},
    Word{0x00000010, "RP"},
    Word{0x00000020, "WP"},
    Word{0x00000040, "DT"},
    Word{0x00000080, "LO"},
    Word{0x00000100, "CR"},
    Word{0x00010000, "SD"},
    Word{0x00020000, "RC"},
    Word{0x00040000, "WD"},
    Word{0x00080000, "WO"},
    Word{0x10000000, "GA"},
    Word{0x20000000, "GX"},
    Word{0x40000000, "GW"},
    Word{0x80000000, "GR"},
};

constexpr std::array entry_flags{
    Word{0x01, "OI"},
    Word{0x02, "CI"},
    Word{0x04, "NP"},
    Word{0x08, "IO"},
    Word{0x10, "ID"},
    Word{0x40, "SA"},
    Word{0x80, "FA"},
};

// Adds the letters of every bit that has some, and takes the bit off.
template <class Table>
std::string take_letters(std::uint32_t& bits, const Table& table) {
    std::string text;
    for (const auto& word : table) {
        if ((bits & word.bits) != 0) {
            text += word.letters;
            bits &= ~word.bits;
        }
    }
    return text;
}

} // namespace

std::string sid_words(const std::string& sid) {
    const auto* found = std::find_if(known_sids.begin(), known_sids.end(), [&](const auto& known) {
        return known.sid == sid;
    });
    return found == known_sids.end() ? sid : std::string(found->letters);
}

std::string rights_words(std::uint32_t mask) {
    for (const auto& word : whole_rights) {
        if (word.bits == mask) {
            return std::string(word.letters);
        }
    }
    auto rest = mask;
    const auto letters = take_letters(rest, single_rights);
    if (rest == 0) {
        return letters;
    }
    char number[16];
    std::snprintf(number, sizeof number, "0x%x", unsigned{mask});
    return number;
}

std::string flag_words(std::uint8_t flags) {
    std::uint32_t bits = flags;
    return take_letters(bits, entry_flags);
}

} // namespace rdpsweep::offline
