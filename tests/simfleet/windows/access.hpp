// Who may do what: the decision Windows itself would take from a security descriptor.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace simfleet {

// FILE_GENERIC_READ: what TermService asks for on its key file.
inline constexpr std::uint32_t file_generic_read = 0x120089;
inline constexpr std::uint32_t read_control = 0x20000; // read the descriptor itself
inline constexpr std::uint32_t list_directory = 0x1;   // FILE_LIST_DIRECTORY

using Sids = std::set<std::string>;

// The groups of the TermService process, and those of an administrator who logged on through the
// network and therefore has no backup privilege in effect.
const Sids& termservice_token();
const Sids& administrator_token();

// Whether the token gets every bit of wanted. The ACEs decide in order, the first that names a bit
// wins; an owner may always read the descriptor; without a DACL everything is allowed. Understands
// the ACE types A and D and the rights and aliases that the simulated machines use.
bool allows(std::string_view sddl, const Sids& token, std::uint32_t wanted);

// The parts of a descriptor, aliases resolved.
struct DaclEntry {
    bool allow = false;
    std::string flags; // letters: "OICI"
    std::uint32_t mask = 0;
    std::string sid;
};

std::vector<DaclEntry> dacl_of(std::string_view sddl);
std::string owner_of(std::string_view sddl);
std::string group_of(std::string_view sddl);

} // namespace simfleet
