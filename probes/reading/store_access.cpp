// Walks a DACL as an access check does: the first entry that names a right decides about it.
#include "probes/reading/store_access.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

std::uint32_t rights_to_write(const Ace& ace) {
    constexpr std::uint32_t generic_write_or_all = 0x5000'0000; // winnt.h
    if ((ace.mask & generic_write_or_all) != 0) return store_access::to_write;
    return ace.mask & store_access::to_write;
}

bool is_for_system(const Ace& ace) {
    const auto& token = store_access::token;
    return (ace.flags & ace_flag::inherit_only) == 0 &&
           std::find(token.begin(), token.end(), ace.sid) != token.end();
}

} // namespace

std::vector<StoreDenial> store_denials(const SecurityDescriptor& descriptor) {
    std::vector<StoreDenial> denials;
    auto open = store_access::to_write;
    for (const Ace& ace : descriptor.dacl) {
        const auto decided = is_for_system(ace) ? rights_to_write(ace) & open : 0;
        if (decided == 0 || ace.kind == AceKind::other) continue;
        // A grant under a condition may not hold.
        if (ace.kind == AceKind::allow && ace.conditional) continue;
        open &= ~decided;
        if (ace.kind == AceKind::deny)
            denials.push_back({decided, (ace.flags & ace_flag::inherited) != 0, ace.sid});
    }
    return denials;
}

} // namespace rdpsweep
