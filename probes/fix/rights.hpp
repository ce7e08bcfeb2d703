// Adds to a DACL what it lacks, and leaves all else as it stands.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rdpsweep {

struct Grant {
    std::string sid;
    std::uint32_t mask = 0; // winnt.h
};

// Returns sddl with denials of those SIDs taken out, where they deny what is granted, and a grant
// put in for each SID that lacks some of its mask: explicit ones, before those that are inherited.
// Nothing when the text cannot be taken apart safely: no DACL, conditional or object entries.
std::optional<std::string> with_grants(std::string_view sddl, std::span<const Grant> grants);

// Whom the entries stand against, and in what.
struct Denied {
    std::string_view sid;                    // only entries for it go
    std::span<const std::string_view> token; // whom that account is in an access check
    std::uint32_t mask = 0;
    bool inherited = false; // the entries that came from above, else those that stand there
};

// Returns sddl without such denials. Nothing when the account would not have all of mask then, or
// when the text cannot be taken apart safely.
std::optional<std::string> without_denials(std::string_view sddl, const Denied& denied);

// Tells whether one of such denials is handed down to what is below.
bool hands_down(std::string_view sddl, const Denied& denied);

} // namespace rdpsweep
