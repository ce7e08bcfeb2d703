// VMs whose SCHANNEL is so broken that WinRM over HTTPS is gone as well, while WinRM over HTTP, the
// default listener of Windows Server, still serves.
#include "tests/simfleet/profiles/profile.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace simfleet {
namespace {

// The VM of another profile; manner: what 5986 does with a ClientHello.
Profile over_http(
    std::string_view name, std::span<const Profile> family, std::string_view original, Manner manner
) {
    const auto same = [original](const Profile& profile) { return profile.name == original; };
    const auto found = std::find_if(family.begin(), family.end(), same);
    assert(found != family.end());
    Profile profile = *found;
    profile.name = name;
    profile.weight = 4;
    profile.wire.manner = manner;
    profile.wire.http_works = true;
    return profile;
}

} // namespace

std::span<const Profile> http_fallback_profiles() {
    static const std::array table{
        over_http("http_tls_all_off", protocol_profiles(), "tls_all_off", Manner::tls_off),
        over_http(
            "http_key_acl_missing", key_acl_profiles(), "key_acl_missing", Manner::tls_alert
        )};
    return table;
}

} // namespace simfleet
