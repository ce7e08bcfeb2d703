// One VM as the inventory describes it; immutable once the inventory is read.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

enum class WinRmAuth : std::uint8_t { negotiate, ntlm, kerberos, basic };

struct WinRmOptions {
    std::uint16_t port = 5986; // HTTPS listener, MS-WSMV
    WinRmAuth auth = WinRmAuth::negotiate;
    bool channel_bindings = true;     // tls-server-end-point, RFC 5929
    std::string spn_service = "HTTP"; // service class of the Kerberos principal
    std::string pin_sha256;           // lower-case hex of the leaf certificate; empty: none
    bool legacy_tls = false;          // TLS 1.0 and SECLEVEL 0 for hosts that know no better
};

struct Target {
    std::string id;      // ARM resource id, lower-cased; else the name, unique in the inventory
    std::string name;    // what a human calls it
    std::string address; // literal IP preferred: no DNS on the hot path
    std::uint16_t rdp_port = 3389;
    std::vector<std::string> ladder;         // transports in order, e.g. {"winrm", "ssh"}
    std::string credential;                  // a name; the secret itself lives in CredentialStore
    std::map<std::string, std::string> tags; // subscription, resource group, role ...
    std::string vm;                          // ARM resource id as written; empty when none
    WinRmOptions winrm;
    std::optional<std::chrono::milliseconds> deadline; // overrides the run's host deadline
    std::string origin;                                // "fleet.yaml:12:5", for messages
};

} // namespace rdpsweep
