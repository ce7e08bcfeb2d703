// Settings of the renewal: how often SessionEnv looks, and where it puts what it makes.
//
// WinStations\CertRefreshInterval is in minutes, 43,200 at most, and 0 means never (SessionEnv
// looks when it starts all the same). WinStations\SelfSignedCertStore names the store, "Remote
// Desktop", and ProfileList\ProgramData the folder that the key folder is below. None of this was
// confirmed on a real VM: it is in docs/unverified.md, and never makes a VM broken.
#include "probes/rdp_certificate/renewal.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr std::string_view shipped_store = "Remote Desktop";

// Tells whether it is ProgramData of the system drive, which is C: on Azure.
bool is_shipped_folder(std::string_view path) {
    if (path.ends_with('\\')) path.remove_suffix(1);
    return iequals(path, R"(C:\ProgramData)") || iequals(path, R"(%SystemDrive%\ProgramData)") ||
           iequals(path, R"(%ALLUSERSPROFILE%)");
}

} // namespace

std::vector<RenewalObstacle> renewal_obstacles_set(const CertificateFacts& certificates) {
    std::vector<RenewalObstacle> found;
    if (certificates.refresh == 0u)
        found.push_back({"/cert/refresh", "CertRefreshInterval = 0", "absent, or not 0", false});
    const auto& store = certificates.own_store;
    if (store && !iequals(*store, shipped_store))
        found.push_back(
            {"/cert/own_store", "SelfSignedCertStore = " + *store, std::string(shipped_store), true}
        );
    const auto& folder = certificates.program_data;
    if (folder && !is_shipped_folder(*folder))
        found.push_back(
            {"/cert/program_data",
             R"(ProfileList\ProgramData = )" + *folder,
             R"(%SystemDrive%\ProgramData)",
             true}
        );
    return found;
}

std::int64_t seconds_between_looks(const CertificateFacts& certificates) noexcept {
    constexpr std::int64_t usual = 12 * 60; // minutes
    constexpr std::int64_t most = 43'200;
    const std::int64_t told = certificates.refresh.value_or(0);
    return std::clamp(told, usual, most) * 60;
}

} // namespace rdpsweep
