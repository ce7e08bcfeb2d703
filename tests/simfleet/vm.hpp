// One simulated VM: where it is, how it behaves on the wire, and what a collector finds inside.
#pragma once

#include "tests/simfleet/profiles/expected.hpp"
#include "tests/simfleet/windows/state.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace simfleet {

// How the VM's WinRM endpoint treats a client. One per VM.
enum class Manner : std::uint8_t {
    polite,
    black_hole,        // SYNs are dropped: the connection attempt never completes
    refused,           // nothing listens: RST
    mute,              // accepts TCP and never says a byte
    mute_after_tls,    // completes TLS, never answers HTTP
    drip,              // answers one byte a second
    endless,           // an HTTP answer whose body never ends
    huge,              // a 200 MB HTTP body, well-formed Content-Length
    garbage,           // binary noise instead of TLS
    tls_off,           // accepts TCP, resets at ClientHello: SCHANNEL has nothing to offer
    tls_alert,         // answers ClientHello with handshake_failure (40)
    tls_legacy,        // TLS 1.0 only
    expired_cert,      // listener certificate expired
    wrong_name_cert,   // certificate for another name, otherwise fine
    bad_xml,           // well-formed HTTP, malformed SOAP
    xml_bomb,          // a DTD with nested entities
    wrong_relates_to,  // answers somebody else's message
    reset_mid_answer,  // resets after half of a Receive answer
    unauthorized_loop, // 401 to everything, always offering Negotiate
    basic_only,        // offers Basic only
    bad_password,      // this VM does not know the account
    not_authorized,    // authenticates, then WSManFault 5
    shells_forbidden,  // WSManFault 2150859180
    quota_shells,      // WSManFault 2150859173 on the first two Creates, then well
    quota_forever,     // ... on every Create
    // WSManFault 2147942606 on a Create whose environment holds over 4096 characters
    small_environment,
    slow_script,        // two operation timeouts (2150858793) before the output
    split_output,       // output in small Streams that cut multi-byte characters and the frame
    clixml_noise,       // progress CLIXML on stderr, a banner before the frame, exit code 0
    script_fails,       // powershell exits with 1 and an error record, no frame
    truncated_frame,    // the frame's length and CRC do not match its text
    powershell_missing, // exit code 9009, "not recognized"
    not_wsman,          // HTTP 404
    service_down,       // HTTP 503
    empty_500,          // HTTP 500 without a body
};

// How the VM's sshd treats a client, where the fleet serves SSH.
enum class SshManner : std::uint8_t {
    polite,
    mute,    // accepts TCP and never says a byte
    stalls,  // agrees on keys and never answers a logon
    endless, // output that never ends
    cut,     // the connection goes in the middle of the output
};

// How slow every VM of a fleet is, beside what its profile says.
struct Slowness {
    std::chrono::milliseconds round_trip{0}; // to the VM and back, over WinRM and RDP
    std::chrono::milliseconds shell{0};      // before a shell is there
    std::chrono::milliseconds command{0};    // before a command has begun
    std::chrono::milliseconds output{0};     // before PowerShell says something
};

struct Wire {
    Manner manner = Manner::polite;
    std::chrono::milliseconds latency{0};          // before each HTTP answer
    std::chrono::milliseconds powershell_start{0}; // before the first output
    Slowness slowness = {};                        // all but output, which is in powershell_start
    bool require_channel_bindings = false;         // CbtHardeningLevel Strict
    // False: RDP is filtered on the network, so that the profile is about what the inside can tell.
    bool rdp_outside = true;
    bool credssp = true;               // false: RDP hangs up on the first leg of CredSSP
    bool writes_denied = false;        // the account may look at everything and change nothing
    bool deaf_listener = false;        // RDP stays as broken as it is, whatever is changed
    bool cim = true;                   // false: WMI denies the account everything
    SshManner ssh = SshManner::polite; // anything else: the inventory says SSH for it
    // False: not reached over SSH, whose tunnel tries the handshake that nobody tried there.
    bool tunnel = true;
    bool http_works = false; // port 5985 serves well, whatever happens before TLS on 5986
};

// What the fleet itself knows to be true of this VM: written by the profile's author by hand,
// never computed by rules. Strings as in rdpsweep.report/1.
struct Truth {
    std::string outcome = "assessed";
    std::string root_cause = "none";
    std::string verdict = "ok";
    std::map<std::string, Expected> findings; // by rule; one that is not here has to be "ok"
};

struct Vm {
    std::size_t index = 0;
    std::string name;    // "web-00017"; may hold hostile text on purpose
    std::string address; // 127.a.b.c, unique
    std::string profile; // name of the profile
    // Replaced as a whole when a script changes the VM; on the io thread only.
    mutable std::shared_ptr<const State> state;
    mutable std::shared_ptr<const State> original; // before the first such script; null: none came
    mutable std::size_t applied = 0, undone = 0;   // runs of the change script that wrote something
    Wire wire;
    Truth truth;
};

} // namespace simfleet
