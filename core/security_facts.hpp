// /sec of facts/1: what the listener demands of clients, and what NLA refuses before the logon.
#pragma once

#include "core/dword.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace rdpsweep {

// Where a value was proven to come from a policy. See PolicySource of Win32_TSGeneralSetting.
enum class PolicySource : std::uint8_t { server = 0, group_policy = 1, default_value = 2 };

// /sec
struct SecurityFacts {
    Dword layer;                                       // layer: 0 RDP, 1 negotiate, 2 TLS
    Dword nla;                                         // nla: UserAuthentication
    Dword min_encryption;                              // minenc: 1 low, 2 client, 3 high, 4 FIPS
    Dword negotiate;                                   // negotiate: fAllowSecProtocolNegotiation
    Dword policy_layer;                                // policy/layer
    Dword policy_nla;                                  // policy/nla
    Dword policy_min_encryption;                       // policy/minenc
    std::map<std::string, std::uint32_t> policy_other; // policy/<any other value name>
    std::map<std::string, PolicySource> policy_source; // policy_source: layer, nla, minenc
    Dword fips;                                        // fips: FipsAlgorithmPolicy\Enabled
    Dword credssp;                                     // credssp: AllowEncryptionOracle
    Dword ntlm_in; // ntlm_in: RestrictReceivingNTLMTraffic: 1 no domain account, 2 none

    // Returns the policy value when one is set, else the listener's own.
    [[nodiscard]] Dword effective_layer() const noexcept;
    [[nodiscard]] Dword effective_nla() const noexcept;
    [[nodiscard]] Dword effective_min_encryption() const noexcept;
};

} // namespace rdpsweep
