// Evaluates SDDL for the simulated machines; deliberately shares nothing with the rules' evaluator.
#include "tests/simfleet/windows/access.hpp"

#include "core/text.hpp"

#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

namespace simfleet {
namespace {

constexpr std::uint32_t write_dac = 0x40000;

using Alias = std::pair<std::string_view, std::string_view>;
constexpr std::array aliases{
    Alias{"SY", "S-1-5-18"},
    Alias{"NS", "S-1-5-20"},
    Alias{"LS", "S-1-5-19"},
    Alias{"WD", "S-1-1-0"},
    Alias{"AU", "S-1-5-11"},
    Alias{"SU", "S-1-5-6"},
    Alias{"BA", "S-1-5-32-544"},
    Alias{"BU", "S-1-5-32-545"},
    Alias{"NU", "S-1-5-2"}};

using Right = std::pair<std::string_view, std::uint32_t>;
constexpr std::array rights{
    Right{"FA", 0x1f01ff},
    Right{"FR", 0x120089},
    Right{"FW", 0x120116},
    Right{"FX", 0x1200a0},
    Right{"KA", 0xf003f},
    Right{"KR", 0x20019}};

std::string sid_of(std::string_view text) {
    for (const auto& [alias, sid] : aliases) {
        if (text == alias) return std::string(sid);
    }
    return std::string(text);
}

std::uint32_t mask_of(std::string_view text) {
    for (const auto& [name, mask] : rights) {
        if (text == name) return mask;
    }
    return static_cast<std::uint32_t>(std::strtoul(std::string(text).c_str(), nullptr, 16));
}

// "(A;OICI;FA;;;SY)(D;;0x1;;;WD)"
std::vector<DaclEntry> aces_of(std::string_view dacl) {
    std::vector<DaclEntry> aces;
    for (auto open = dacl.find('('); open != std::string_view::npos;
         open = dacl.find('(', open + 1)) {
        const auto close = dacl.find(')', open);
        if (close == std::string_view::npos) break;
        const auto fields = rdpsweep::split(dacl.substr(open + 1, close - open - 1), ';');
        if (fields.size() < 6) continue;
        aces.push_back({fields[0] == "A", fields[1], mask_of(fields[2]), sid_of(fields[5])});
    }
    return aces;
}

bool owned_by(std::string_view sddl, const Sids& token) {
    return token.count(owner_of(sddl)) != 0;
}

bool inherit_only(const DaclEntry& ace) {
    return ace.flags.find("IO") != std::string::npos;
}

} // namespace

std::string owner_of(std::string_view sddl) {
    if (sddl.substr(0, 2) != "O:") return {};
    const auto end = sddl.find("G:", 2);
    return sid_of(sddl.substr(2, end == std::string_view::npos ? end : end - 2));
}

std::string group_of(std::string_view sddl) {
    const auto begin = sddl.find("G:");
    const auto end = sddl.find("D:");
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return {};
    return sid_of(sddl.substr(begin + 2, end - begin - 2));
}

std::vector<DaclEntry> dacl_of(std::string_view sddl) {
    const auto begin = sddl.find("D:");
    return begin == std::string_view::npos ? std::vector<DaclEntry>{} : aces_of(sddl.substr(begin));
}

const Sids& termservice_token() {
    static const Sids sids{
        "S-1-5-20",
        "S-1-1-0",
        "S-1-5-11",
        "S-1-5-6",
        "S-1-5-32-545",
        "S-1-5-80-446051430-1559341753-4161941529-1950928533-810483104"};
    return sids;
}

const Sids& administrator_token() {
    static const Sids sids{"S-1-5-32-544", "S-1-1-0", "S-1-5-11", "S-1-5-2", "S-1-5-32-545"};
    return sids;
}

bool allows(std::string_view sddl, const Sids& token, std::uint32_t wanted) {
    const auto dacl = sddl.find("D:");
    if (dacl == std::string_view::npos) return true;
    std::uint32_t granted = owned_by(sddl, token) ? read_control | write_dac : 0;
    std::uint32_t refused = 0;
    for (const auto& ace : aces_of(sddl.substr(dacl))) {
        if (inherit_only(ace) || token.count(ace.sid) == 0) continue;
        if (ace.allow) granted |= ace.mask & ~refused;
        if (!ace.allow) refused |= ace.mask & ~granted;
    }
    return (granted & wanted) == wanted;
}

} // namespace simfleet
