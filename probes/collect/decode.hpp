// Turns a facts/1 document (docs/schema/facts-1.schema.json) into Facts.
#pragma once

#include "core/facts.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <string_view>

namespace rdpsweep {

// Reads json, which a VM sent and which may be anything. source ("winrm", "serial", ...) is noted
// in every group; received_at is our own clock, Unix seconds.
//
// Unknown keys are ignored. A key of the wrong type or out of range, a list or a text beyond its
// cap and any other schema than "facts/1" fail the whole document: Error{decode, malformed_output
// or output_limit} whose detail names the JSON pointer. A group that the document lacks is empty
// and says why: as `unread` has it, else Errc::unsupported.
//
// Certificates are parsed here, and machine_keys.expected and StoredCertificate::key_file computed.
Result<Facts>
decode_facts(const std::string& json, std::string_view source, std::int64_t received_at);

// Puts our own handshakes, a list of JSON, after those that the VM made as guest: facts are then
// what decode_facts() reads in the document that with_handshakes() makes. Error: as decode_facts()
// returns it, with the pointer of an element as if ours were alone.
Status add_handshakes(Facts& facts, std::string_view ours);

} // namespace rdpsweep
