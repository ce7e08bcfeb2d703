// The words for rights: the fewest that cover a mask, the wide ones first.
#include "probes/reading/rights_words.hpp"

#include "probes/collect/sddl.hpp"
#include "probes/reading/rule_support.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace rdpsweep {

namespace {

struct Word {
    std::uint32_t bits;
    std::string_view name;
};

constexpr std::array file_words{
    Word{file_access::all, "full"},
    Word{0x001301BF, "modify"},
    Word{0x001200A9, "read and execute"},
    Word{file_access::read, "read"},
    Word{file_access::write, "write"},
    Word{0x0001, "read data"},
    Word{0x0002, "write data"},
    Word{0x0004, "append data"},
    Word{0x0008, "read extended attributes"},
    Word{0x0010, "write extended attributes"},
    Word{0x0020, "execute"},
    Word{0x0040, "delete children"},
    Word{0x0080, "read attributes"},
    Word{0x0100, "write attributes"},
};
constexpr std::array key_words{
    Word{0x000F003F, "full"},
    Word{0x00020019, "read"},
    Word{0x00020006, "write"},
    Word{0x0001, "query values"},
    Word{0x0002, "set values"},
    Word{0x0004, "create subkeys"},
    Word{0x0008, "list subkeys"},
    Word{0x0010, "be notified"},
    Word{0x0020, "create links"},
};
constexpr std::array common_words{
    Word{0x10000000, "all (generic)"},
    Word{0x20000000, "execute (generic)"},
    Word{0x40000000, "write (generic)"},
    Word{0x80000000, "read (generic)"},
    Word{0x00010000, "delete"},
    Word{0x00020000, "read permissions"},
    Word{0x00040000, "change permissions"},
    Word{0x00080000, "take ownership"},
    Word{0x00100000, "synchronize"},
};

void add(std::string& words, std::string_view separator, std::string_view word) {
    if (!words.empty()) words += separator;
    words += word;
}

// Adds the words whose bits the mask has and that say something new; returns what is left unsaid.
std::uint32_t
say(std::string& words, std::uint32_t mask, std::uint32_t left, std::span<const Word> table) {
    for (const Word& word : table) {
        if ((mask & word.bits) != word.bits || (left & word.bits) == 0) continue;
        add(words, ", ", word.name);
        left &= ~word.bits;
    }
    return left;
}

std::string words_of(std::uint32_t mask, RightsOf object) {
    std::string words;
    const std::span<const Word> own =
        object == RightsOf::file ? std::span<const Word>(file_words) : key_words;
    std::uint32_t left = say(words, mask, mask, own);
    left = say(words, mask, left, common_words);
    if (left != 0) add(words, ", ", hex(left));
    return words.empty() ? "nothing" : words;
}

// Returns the name of an account that every Windows has, in English on every one; else "".
std::string_view name_of(std::string_view sid) {
    static const std::array<std::pair<std::string, std::string_view>, 13> names{{
        {"S-1-1-0", "Everyone"},
        {"S-1-3-0", "CREATOR OWNER"},
        {"S-1-3-4", "OWNER RIGHTS"},
        {"S-1-5-11", "Authenticated Users"},
        {"S-1-5-18", "SYSTEM"},
        {"S-1-5-19", "LOCAL SERVICE"},
        {"S-1-5-20", "NETWORK SERVICE"},
        {"S-1-5-32-544", "Administrators"},
        {"S-1-5-32-545", "Users"},
        {"S-1-15-2-1", "ALL APPLICATION PACKAGES"},
        {service_sid("SessionEnv"), "SessionEnv"},
        {service_sid("TermService"), "TermService"},
        {service_sid("TrustedInstaller"), "TrustedInstaller"},
    }};
    const auto* found = std::find_if(names.begin(), names.end(), [&](const auto& known) {
        return known.first == sid;
    });
    return found == names.end() ? std::string_view() : found->second;
}

std::string name_or_sid(std::string_view sid) {
    const std::string_view name = name_of(sid);
    return std::string(name.empty() ? sid : name);
}

std::string entry_in_words(const Ace& ace, RightsOf object) {
    std::string words = ace.kind == AceKind::allow ? "allow " : "deny ";
    if (ace.kind == AceKind::other) words = ace.type + " ";
    words += name_or_sid(ace.sid) + " " + words_of(ace.mask, object);
    if ((ace.flags & ace_flag::inherit_only) != 0)
        words += " (for what is created below only)";
    else if ((ace.flags & (ace_flag::object_inherit | ace_flag::container_inherit)) != 0)
        words += " (and below)";
    if ((ace.flags & ace_flag::inherited) != 0) words += " (inherited)";
    if (ace.conditional) words += " (under a condition)";
    return words;
}

} // namespace

std::string mask_in_words(std::uint32_t mask, RightsOf object) {
    return hex(mask) + " (" + words_of(mask, object) + ")";
}

std::string sid_in_words(std::string_view sid) {
    const std::string_view name = name_of(sid);
    if (name.empty()) return std::string(sid);
    return std::string(sid) + " (" + std::string(name) + ")";
}

std::string sddl_in_words(std::string_view sddl, RightsOf object) {
    const auto descriptor = parse_sddl(sddl);
    if (!descriptor) return std::string(sddl);
    std::string words;
    if (!descriptor->owner.empty()) words = "owner " + name_or_sid(descriptor->owner);
    if ((descriptor->control & sd_control::dacl_protected) != 0)
        add(words, "; ", "inherits nothing");
    if (descriptor->null_dacl)
        add(words, "; ", "everybody may do everything");
    else if (descriptor->dacl.empty())
        add(words, "; ", "nobody may do anything");
    for (const Ace& ace : descriptor->dacl)
        add(words, "; ", entry_in_words(ace, object));
    return std::string(sddl) + " = " + words;
}

} // namespace rdpsweep
