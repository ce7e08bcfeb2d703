// Takes an SDDL text apart at its entries, and puts it together with the grants that it lacks.
#include "probes/fix/rights.hpp"

#include "probes/collect/sddl.hpp"
#include "probes/reading/rule_support.hpp"

#include <algorithm>
#include <vector>

namespace rdpsweep {

namespace {

// The text of a descriptor around the entries of its DACL.
struct Parts {
    std::string head; // up to the first entry
    std::vector<std::string> entries;
    std::string tail; // the SACL, if any
};

std::optional<Parts> take_apart(std::string_view sddl) {
    const auto dacl = sddl.find("D:");
    if (dacl == std::string_view::npos) return {};
    // An empty DACL ends where the SACL begins.
    auto at = std::min({sddl.find('(', dacl), sddl.find("S:", dacl), sddl.size()});
    Parts parts{std::string(sddl.substr(0, at)), {}, {}};
    while (at < sddl.size() && sddl[at] == '(') {
        const auto end = sddl.find(')', at);
        if (end == std::string_view::npos) return {};
        parts.entries.emplace_back(sddl.substr(at, end + 1 - at));
        at = end + 1;
    }
    parts.tail = sddl.substr(at);
    return parts;
}

bool plain(const Ace& ace) {
    return !ace.conditional && !ace.object && ace.kind != AceKind::other;
}

bool is_explicit_denial(const Ace& ace) {
    return ace.kind == AceKind::deny && (ace.flags & ace_flag::inherited) == 0;
}

bool stands_in_the_way(const Ace& ace, std::span<const Grant> grants) {
    if (!is_explicit_denial(ace)) return false;
    return std::any_of(grants.begin(), grants.end(), [&](const Grant& grant) {
        return grant.sid == ace.sid && (grant.mask & ace.mask) != 0;
    });
}

std::uint32_t lacking(const SecurityDescriptor& descriptor, const Grant& grant) {
    const std::vector<std::string> sids{grant.sid};
    return grant.mask & ~effective_access(descriptor, sids, grant.mask);
}

std::string join(const Parts& parts) {
    auto text = parts.head;
    for (const auto& entry : parts.entries)
        text += entry;
    return text + parts.tail;
}

// Inserts a grant behind the explicit entries.
void insert(Parts& parts, const SecurityDescriptor& descriptor, const Grant& grant) {
    std::size_t at = 0;
    while (at < descriptor.dacl.size() && (descriptor.dacl[at].flags & ace_flag::inherited) == 0)
        ++at;
    parts.entries.insert(
        parts.entries.begin() + static_cast<std::ptrdiff_t>(at),
        "(A;;" + hex(grant.mask) + ";;;" + grant.sid + ")"
    );
}

// Takes the entries out for which is_wrong(entry) holds, from both.
void take_out(Parts& parts, SecurityDescriptor& descriptor, const auto& is_wrong) {
    for (std::size_t i = descriptor.dacl.size(); i-- > 0;) {
        if (!is_wrong(descriptor.dacl[i])) continue;
        parts.entries.erase(parts.entries.begin() + static_cast<std::ptrdiff_t>(i));
        descriptor.dacl.erase(descriptor.dacl.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

// Tells whether every entry is one that this file sees through.
bool is_clear(const Parts& parts, const SecurityDescriptor& descriptor) {
    return !descriptor.null_dacl && parts.entries.size() == descriptor.dacl.size() &&
           std::all_of(descriptor.dacl.begin(), descriptor.dacl.end(), plain);
}

bool is_denial(const Ace& ace, const Denied& denied) {
    constexpr std::uint32_t generic_write_or_all = 0x5000'0000; // winnt.h
    const bool inherited = (ace.flags & ace_flag::inherited) != 0;
    return ace.kind == AceKind::deny && inherited == denied.inherited &&
           (ace.mask & (denied.mask | generic_write_or_all)) != 0 && ace.sid == denied.sid;
}

} // namespace

std::optional<std::string> without_denials(std::string_view sddl, const Denied& denied) {
    auto parts = take_apart(sddl);
    auto descriptor = parse_sddl(sddl);
    if (!parts || !descriptor || !is_clear(*parts, *descriptor)) return {};
    take_out(*parts, *descriptor, [&](const Ace& ace) { return is_denial(ace, denied); });
    const std::vector<std::string> token(denied.token.begin(), denied.token.end());
    if (effective_access(*descriptor, token, denied.mask) != denied.mask) return {};
    return join(*parts);
}

bool hands_down(std::string_view sddl, const Denied& denied) {
    const auto descriptor = parse_sddl(sddl);
    if (!descriptor) return false;
    return std::any_of(descriptor->dacl.begin(), descriptor->dacl.end(), [&](const Ace& ace) {
        return is_denial(ace, denied) && (ace.flags & ace_flag::container_inherit) != 0;
    });
}

std::optional<std::string> with_grants(std::string_view sddl, std::span<const Grant> grants) {
    auto parts = take_apart(sddl);
    auto descriptor = parse_sddl(sddl);
    if (!parts || !descriptor || !is_clear(*parts, *descriptor)) return {};
    take_out(*parts, *descriptor, [&](const Ace& ace) { return stands_in_the_way(ace, grants); });
    for (const auto& grant : grants) {
        if (lacking(*descriptor, grant) == 0) continue;
        insert(*parts, *descriptor, grant);
        descriptor = parse_sddl(join(*parts));
        // Something that we do not see through stands against it.
        if (!descriptor || lacking(*descriptor, grant) != 0) return {};
    }
    return join(*parts);
}

} // namespace rdpsweep
