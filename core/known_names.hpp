// Names out of a list by others of which we say only those that we know.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Returns "a, b" of the names that are among the known, as we spell them, and says where there are
// others; "nothing" for an empty list. For the answer to a refused logon: its sender has seen a
// secret, which may be in any other word.
std::string
known_names(const std::vector<std::string>& said, std::span<const std::string_view> known);

} // namespace rdpsweep
