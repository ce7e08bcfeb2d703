// One VM as the inventory describes it; immutable once the inventory is read.
#pragma once

#include "core/rare.hpp"

#include <boost/container/flat_map.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

enum class WinRmAuth : std::uint8_t { negotiate, ntlm, kerberos, basic, certificate };

// http: never in clear; every message is encrypted by NTLM or Kerberos (MS-WSMV 2.2.9.1).
enum class WinRmScheme : std::uint8_t { https, http };

// Whether a host whose TLS is broken is tried again over HTTP with encrypted messages (ADR 0013).
enum class HttpFallback : std::uint8_t {
    never,
    kerberos, // where Kerberos proves the identity of each side to the other
    any,      // with NTLM too, which a man in the middle may pass on to another host
};

namespace winrm_ports { // MS-WSMV, of WinRM 2.0 and later
inline constexpr std::uint16_t https = 5986;
inline constexpr std::uint16_t http = 5985;
} // namespace winrm_ports

struct WinRmOptions {
    WinRmScheme scheme = WinRmScheme::https;
    std::uint16_t port = winrm_ports::https;     // of the listener that scheme names
    std::uint16_t http_port = winrm_ports::http; // of the fallback to HTTP, see http_fallback
    HttpFallback http_fallback = HttpFallback::kerberos;
    WinRmAuth auth = WinRmAuth::negotiate;
    bool channel_bindings = true;     // tls-server-end-point, RFC 5929
    std::string spn_service = "HTTP"; // service class of the Kerberos principal
    std::string pin_sha256;           // lower-case hex of the leaf certificate; empty: none
    bool post_handshake_auth = false; // show a client certificate within TLS 1.3; else TLS 1.2
    bool legacy_tls = false;          // TLS 1.0 and SECLEVEL 0 for hosts that know no better
};

// An SSH server on the way to others.
struct JumpHost {
    std::string name;
    std::string address; // as the hop before it sees it
    std::uint16_t port = 22;
    std::string user;       // empty: the credential's
    std::string pin_sha256; // as of SshOptions
    std::string credential; // a name
};

struct SshOptions {
    std::uint16_t port = 22;
    std::string user;       // empty: the credential's
    std::string pin_sha256; // lower-case hex of the host key's hash; empty: none
    std::string via;        // the jump host before it, as written; empty: none
    std::shared_ptr<const std::vector<JumpHost>> hops; // to go through, in order; null: none
};

// Where a VM's disk can be read.
struct DiskImage {
    std::string file;     // an image or a block device of this machine; empty: none
    std::string snapshot; // ARM id of a snapshot of it in Azure; empty: none
    // Where the URL is that lets Azure's storage be read, its SAS; never the SAS itself.
    std::string sas_env;     // an environment variable; empty: none
    std::string sas_file;    // a file that nobody else may read; empty: none
    std::string sas_systemd; // a credential that systemd gave our unit; empty: none

    [[nodiscard]] bool by_sas() const noexcept {
        return !sas_env.empty() || !sas_file.empty() || !sas_systemd.empty();
    }

    [[nodiscard]] bool given() const noexcept {
        return !file.empty() || !snapshot.empty() || by_sas();
    }
};

// A flat map: an inventory holds 100,000 of these, with a few tags each.
using Tags = boost::container::flat_map<std::string, std::string>;

struct Target {
    std::string id;      // ARM resource id, lower-cased; else the name, unique in the inventory
    std::string name;    // what a human calls it
    std::string address; // literal IP preferred: no DNS on the hot path
    std::uint16_t rdp_port = 3389;
    bool rdp_outside = true;    // look at the RDP port from here, also if the route does not say so
    std::string rdp_thumbprint; // SHA-1 it should serve, lower-case hex; empty: not known
    std::vector<std::string> route;  // transports in order, e.g. {"winrm", "ssh"}
    std::string credential;          // a name; the secret itself lives in CredentialStore
    Tags tags;                       // subscription, resource group, role ...
    std::vector<std::string> groups; // of the inventory, for --select
    std::string vm;                  // ARM resource id as written; empty when none
    WinRmOptions winrm;
    Rare<SshOptions> ssh;
    Rare<DiskImage> disk;
    bool named_by_disk = false; // its name is that of the image: the disk may know a better one
    std::string skip;           // why it is not visited, one sentence; empty: it is
    std::optional<std::chrono::milliseconds> deadline; // overrides the run's host deadline
    std::string origin;                                // "fleet.yaml:12:5", for messages
};

} // namespace rdpsweep
