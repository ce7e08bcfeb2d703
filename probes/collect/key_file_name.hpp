// Computes the name of the file in which Windows keeps a machine private key.
#pragma once

#include "core/facts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Container of the key behind the certificate that Windows makes for RDP itself. Where it can
// neither delete, open nor make it, SessionEnv goes on to the next number, up to 9.
inline constexpr std::string_view rdp_container = "TSSecKeySet1";

// Tells whether it is one of these nine, in any case.
bool is_rdp_container(std::string_view container);

// Tells whether a key file's name begins as those of the nine containers do, of this machine or of
// another it was cloned from.
bool is_rdp_key_file(std::string_view name);

// Returns 32 lower-case hex digits: the MD5 of the lower-cased container name with its terminator,
// printed as four little-endian dwords; ASCII for CAPI (Crypto\RSA\MachineKeys), UTF-16LE for CNG
// (Crypto\Keys). Empty when the name is empty or not ASCII: how Windows folds the case of other
// letters there is not known.
std::string capi_key_file_prefix(std::string_view container);
std::string cng_key_file_prefix(std::string_view container);

// Returns "<prefix>_<machine_guid>", or "" when it cannot be known: no GUID, no usable container
// name, or a provider that does not keep keys in these folders (TPM, smart card, third party).
std::string key_file_name(const KeyProvider& provider, std::string_view machine_guid);

// Returns the files of the nine containers, the first one's first; none without a GUID.
std::vector<std::string> rdp_key_file_names(std::string_view machine_guid);

// Returns the file of rdp_container; "" without a GUID.
std::string rdp_key_file_name(std::string_view machine_guid);

} // namespace rdpsweep
