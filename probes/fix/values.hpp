// Registry values that a fix sets, from the facts about them.
#pragma once

#include "core/change.hpp"
#include "core/facts.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rdpsweep {

struct ValueName {
    std::string key;
    std::string name;
};

// Adds the change of a REG_DWORD to wanted; nothing when it is that already.
inline void
set_dword(std::vector<Change>& changes, ValueName value, const Dword& now, std::uint32_t wanted) {
    if (now == wanted) return;
    changes.push_back(
        {Change::Kind::value,
         std::move(value.key),
         std::move(value.name),
         now ? state::dword(*now) : state::absent,
         state::dword(wanted)}
    );
}

// Adds the deletion of a REG_DWORD; nothing when it is not there.
inline void remove_dword(std::vector<Change>& changes, ValueName value, const Dword& now) {
    if (!now) return;
    changes.push_back(
        {Change::Kind::value,
         std::move(value.key),
         std::move(value.name),
         state::dword(*now),
         state::absent}
    );
}

} // namespace rdpsweep
