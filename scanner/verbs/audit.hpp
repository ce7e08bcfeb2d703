// Whether the records of an audit file are those that were written, in their order.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace rdpsweep {

struct AuditChain {
    std::size_t records = 0;
    std::size_t torn = 0;            // lines that a crash cut off
    std::vector<std::size_t> breaks; // numbers of lines that do not name the one before them
    std::string last_sha256; // of the last line: one who keeps it sees when the end is cut off
};

// Follows the chain. Error{config, malformed_output} for a line of more than 1 MiB: that is no
// audit file.
Result<AuditChain> follow_chain(std::istream& in);

} // namespace rdpsweep
