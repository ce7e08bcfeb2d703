// Caps that protect us from hostile or broken peers, and the default budgets of one host. A number
// here is a default; the ones a user may change are also options of `rdpsweep scan`.
#pragma once

#include <chrono>
#include <cstddef>

namespace rdpsweep::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t in_flight = 2000; // hosts at work at once
// New connections a second: at least so many, and for large fleets as many as give every host its
// two (its inside, and RDP from outside) within the ramp, up to the most. Lower it behind SNAT.
inline constexpr double connects_per_second = 200.0;
inline constexpr double most_connects_per_second = 1000.0;
inline constexpr auto ramp = 10s;
inline constexpr double connections_a_host = 2;
inline constexpr auto connect = 5s;                // TCP, one address
inline constexpr auto step = 30s;                  // one exchange: TLS, a login leg, a request
inline constexpr int first_shell_steps = 2;        // a cold host's first shell gets this many steps
inline constexpr auto host = 90s;                  // all of one host, retries included
inline constexpr auto slow_host = 240s;            // of one whose route has a slow way in it
inline constexpr std::size_t serial_consoles = 16; // at once in one subscription
inline constexpr auto serial_host = 180s;          // one visit over a serial console
inline constexpr auto cleanup = 3s;                // leaving nothing behind, after the result
inline constexpr int retries = 2;                  // of a transport, beyond the first try

inline constexpr std::size_t stdout_bytes = 4u << 20; // what a collector may print
inline constexpr std::size_t soap_bytes = 1u << 20;   // one WS-Man answer
inline constexpr std::size_t http_header_bytes = 64u << 10;
// What answers of hosts make us hold (core/byte_budget.hpp).
inline constexpr std::size_t question_bytes = 8u << 20; // one answer, all of its pages
inline constexpr std::size_t host_bytes = 20u << 20;    // one host; see docs/adr/0035
inline constexpr std::size_t host_share = 512u << 10;   // of it that each host has at any time
inline constexpr std::size_t common_bytes = 128u << 20; // all hosts together, beyond their shares
inline constexpr auto byte_patience = 5s; // then the host that holds most ends, for those waiting
inline constexpr std::size_t handshake_bytes = 256u << 10;  // what an RDP handshake may take
inline constexpr std::size_t azure_bytes = 512u << 10;      // what Azure says of one VM: a share
inline constexpr std::size_t azure_page_bytes = 16u << 20;  // one page of a list of Azure's
inline constexpr std::size_t azure_list_bytes = 256u << 20; // all pages of one
inline constexpr std::size_t noise_bytes = 4u << 10;        // kept of what surrounds the frame

inline constexpr std::size_t resolver_threads = 8;
inline constexpr auto resolve = 5s;
inline constexpr std::size_t kerberos_threads = 4;
inline constexpr std::size_t disk_threads = 4;  // that wait for disks
inline constexpr std::size_t disk_readers = 16; // disks that are read at once, a process each

} // namespace rdpsweep::limits
