// Who may do what with a key file: effective access computed from its security descriptor.
#pragma once

#include "core/facts.hpp"
#include "probes/collect/sddl.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rdpsweep {

namespace sid {
inline const std::string system = "S-1-5-18";
inline const std::string network_service = "S-1-5-20";
inline const std::string administrators = "S-1-5-32-544";
inline const std::string everyone = "S-1-1-0";
} // namespace sid

// Returns the read rights that TermService is missing; 0 if it can read the key.
std::uint32_t missing_for_termservice(const SecurityDescriptor& descriptor);

// Returns what is expected of a key that TermService serves with: "S-1-5-20 (NETWORK SERVICE) may
// 0x120089 (read)".
std::string termservice_may_read();

// Returns the rights of wanted that a token with sid and Everyone is missing.
std::uint32_t
missing_for(const SecurityDescriptor& descriptor, const std::string& sid, std::uint32_t wanted);

// Returns the RDP key file the facts expect: that of the self-signed certificate when its store
// entry tells, else the first of RDP's nine that is there, else MachineKeysFacts::expected; empty
// when none of these is known.
std::string rdp_key_file(const Facts& facts);

// Returns "/keys/files/3/sddl" or "/keys/cng_files/0/sddl".
std::string pointer_to(const MachineKeysFacts& keys, const KeyFile& file, std::string_view member);

// Tells whether the RDP key is only Windows' fallback: the listener presents a pinned certificate
// with another key, or inside the guest any certificate but Windows' own (one a policy's template
// chose).
bool own_certificate_unused(const Facts& facts);

// Tells whether a completed handshake presented Windows' own certificate, so that the running
// TermService holds its key, whatever the file looks like now.
bool own_key_in_use(const Facts& facts);

// Tells whether a file name with its 32 hex digits, underscore and machine GUID belongs to an RDP
// key of this or another (cloned) machine.
bool is_rdp_key_name(std::string_view name);

} // namespace rdpsweep
