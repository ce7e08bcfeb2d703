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

bool stands_in_the_way(const Ace& ace, std::span<const Grant> grants) {
    const bool inherited = (ace.flags & ace_flag::inherited) != 0;
    if (ace.kind != AceKind::deny || inherited) return false;
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

} // namespace

std::optional<std::string> with_grants(std::string_view sddl, std::span<const Grant> grants) {
    auto parts = take_apart(sddl);
    auto descriptor = parse_sddl(sddl);
    if (!parts || !descriptor || descriptor->null_dacl) return {};
    if (parts->entries.size() != descriptor->dacl.size()) return {};
    if (!std::all_of(descriptor->dacl.begin(), descriptor->dacl.end(), plain)) return {};
    for (std::size_t i = descriptor->dacl.size(); i-- > 0;) {
        if (!stands_in_the_way(descriptor->dacl[i], grants)) continue;
        parts->entries.erase(parts->entries.begin() + static_cast<std::ptrdiff_t>(i));
        descriptor->dacl.erase(descriptor->dacl.begin() + static_cast<std::ptrdiff_t>(i));
    }
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
