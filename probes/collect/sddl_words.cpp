// SDDL vocabulary. Sources: sddl.h and winnt.h of the Windows SDK as documented in "Security
// Descriptor String Format", "ACE Strings" and "SID Strings".
#include "probes/collect/sddl_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace rdpsweep::sddl_words {
namespace {

struct Alias {
    std::string_view letters;
    std::string_view sid; // empty: relative to a domain or machine, not known from the text
};

constexpr std::array aliases{
    Alias{"AA", "S-1-5-32-579"},
    Alias{"AC", "S-1-15-2-1"},
    Alias{"AN", "S-1-5-7"},
    Alias{"AO", "S-1-5-32-548"},
    Alias{"AP", ""},
    Alias{"AS", "S-1-18-1"},
    Alias{"AU", "S-1-5-11"},
    Alias{"BA", "S-1-5-32-544"},
    Alias{"BG", "S-1-5-32-546"},
    Alias{"BO", "S-1-5-32-551"},
    Alias{"BU", "S-1-5-32-545"},
    Alias{"CA", ""},
    Alias{"CD", "S-1-5-32-574"},
    Alias{"CG", "S-1-3-1"},
    Alias{"CN", ""},
    Alias{"CO", "S-1-3-0"},
    Alias{"CY", "S-1-5-32-569"},
    Alias{"DA", ""},
    Alias{"DC", ""},
    Alias{"DD", ""},
    Alias{"DG", ""},
    Alias{"DU", ""},
    Alias{"EA", ""},
    Alias{"ED", "S-1-5-9"},
    Alias{"EK", ""},
    Alias{"ER", "S-1-5-32-573"},
    Alias{"ES", "S-1-5-32-576"},
    Alias{"HA", "S-1-5-32-578"},
    Alias{"HI", "S-1-16-12288"},
    Alias{"IS", "S-1-5-32-568"},
    Alias{"IU", "S-1-5-4"},
    Alias{"KA", ""},
    Alias{"LA", ""},
    Alias{"LG", ""},
    Alias{"LS", "S-1-5-19"},
    Alias{"LU", "S-1-5-32-559"},
    Alias{"LW", "S-1-16-4096"},
    Alias{"ME", "S-1-16-8192"},
    Alias{"MP", "S-1-16-8448"},
    Alias{"MS", "S-1-5-32-577"},
    Alias{"MU", "S-1-5-32-558"},
    Alias{"NO", "S-1-5-32-556"},
    Alias{"NS", "S-1-5-20"},
    Alias{"NU", "S-1-5-2"},
    Alias{"OW", "S-1-3-4"},
    Alias{"PA", ""},
    Alias{"PO", "S-1-5-32-550"},
    Alias{"PS", "S-1-5-10"},
    Alias{"PU", "S-1-5-32-547"},
    Alias{"RA", "S-1-5-32-575"},
    Alias{"RC", "S-1-5-12"},
    Alias{"RD", "S-1-5-32-555"},
    Alias{"RE", "S-1-5-32-552"},
    Alias{"RM", "S-1-5-32-580"},
    Alias{"RO", ""},
    Alias{"RS", ""},
    Alias{"RU", "S-1-5-32-554"},
    Alias{"SA", ""},
    Alias{"SI", "S-1-16-16384"},
    Alias{"SO", "S-1-5-32-549"},
    Alias{"SS", "S-1-18-2"},
    Alias{"SU", "S-1-5-6"},
    Alias{"SY", "S-1-5-18"},
    Alias{"UD", "S-1-5-84-0-0-0-0-0"},
    Alias{"WD", "S-1-1-0"},
    Alias{"WR", "S-1-5-33"},
};

struct Right {
    std::string_view letters;
    std::uint32_t mask;
};

constexpr std::array rights_table{
    Right{"GA", 0x10000000},
    Right{"GX", 0x20000000},
    Right{"GW", 0x40000000},
    Right{"GR", 0x80000000}, // generic
    Right{"SD", 0x00010000},
    Right{"RC", 0x00020000},
    Right{"WD", 0x00040000},
    Right{"WO", 0x00080000}, // standard
    Right{"CC", 0x0001},
    Right{"DC", 0x0002},
    Right{"LC", 0x0004},
    Right{"SW", 0x0008},
    Right{"RP", 0x0010},
    Right{"WP", 0x0020},
    Right{"DT", 0x0040},
    Right{"LO", 0x0080},
    Right{"CR", 0x0100}, // directory service
    Right{"FA", file_access::all},
    Right{"FR", file_access::read},
    Right{"FW", file_access::write},
    Right{"FX", file_access::execute}, // files
    Right{"KA", 0x000F003F},
    Right{"KR", 0x00020019},
    Right{"KW", 0x00020006},
    Right{"KX", 0x00020019}, // registry keys
};

constexpr std::array flags_table{
    Right{"OI", ace_flag::object_inherit},
    Right{"CI", ace_flag::container_inherit},
    Right{"NP", ace_flag::no_propagate},
    Right{"IO", ace_flag::inherit_only},
    Right{"ID", ace_flag::inherited},
    Right{"SA", ace_flag::audit_success},
    Right{"FA", ace_flag::audit_failure},
};

struct Type {
    std::string_view letters;
    AceKind kind;
    bool conditional;
    bool object;
};

constexpr std::array types{
    Type{"A", AceKind::allow, false, false},
    Type{"D", AceKind::deny, false, false},
    Type{"OA", AceKind::allow, false, true},
    Type{"OD", AceKind::deny, false, true},
    Type{"XA", AceKind::allow, true, false},
    Type{"XD", AceKind::deny, true, false},
    Type{"ZA", AceKind::allow, true, true},
    Type{"ZD", AceKind::deny, true, true},
    Type{"AU", AceKind::other, false, false},
    Type{"AL", AceKind::other, false, false},
    Type{"OU", AceKind::other, false, true},
    Type{"OL", AceKind::other, false, true},
    Type{"XU", AceKind::other, true, false},
    Type{"ML", AceKind::other, false, false},
    Type{"RA", AceKind::other, false, false},
    Type{"SP", AceKind::other, false, false},
    Type{"TL", AceKind::other, false, false},
    Type{"FL", AceKind::other, false, false},
};

std::optional<std::uint32_t> number(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text.front() == '0') {
        base = 8;
    }
    std::uint32_t value = 0;
    const auto* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value, base);
    if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
    return value;
}

// Returns the union of two-letter words.
template <class Table>
std::optional<std::uint32_t> letters(std::string_view text, const Table& table) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::uint32_t mask = 0;
    for (; !text.empty(); text.remove_prefix(2)) {
        const auto* found = std::find_if(table.begin(), table.end(), [&](const Right& right) {
            return right.letters == text.substr(0, 2);
        });
        if (found == table.end()) return std::nullopt;
        mask |= found->mask;
    }
    return mask;
}

} // namespace

std::optional<std::string> sid_of_alias(std::string_view alias) {
    const auto* found = std::find_if(aliases.begin(), aliases.end(), [&](const Alias& known) {
        return known.letters == alias;
    });
    if (found == aliases.end()) return std::nullopt;
    return std::string(found->sid.empty() ? found->letters : found->sid);
}

std::optional<std::uint32_t> access_mask(std::string_view rights) {
    if (!rights.empty() && rights.front() >= '0' && rights.front() <= '9') return number(rights);
    return letters(rights, rights_table);
}

std::optional<std::uint8_t> ace_flags(std::string_view text) {
    const auto mask = letters(text, flags_table);
    if (!mask) return std::nullopt;
    return static_cast<std::uint8_t>(*mask);
}

bool classify(std::string_view type, Ace& ace) {
    const auto* found = std::find_if(types.begin(), types.end(), [&](const Type& known) {
        return known.letters == type;
    });
    if (found == types.end()) return false;
    ace.type = type;
    ace.kind = found->kind;
    ace.conditional = found->conditional;
    ace.object = found->object;
    return true;
}

} // namespace rdpsweep::sddl_words
