// One host as HTML: a compact row, or a disclosure with its evidence and attempts.
#pragma once

#include "core/outcome.hpp"
#include "reports/html/markup.hpp"

#include <cstddef>

namespace rdpsweep::html {

// Returns <tr> with name, address, build, transport and what there is to tidy up: for hosts in
// order. change: what became of it since another run; may be empty.
Html host_row(const Words& words, const HostResult& host, const Html& change);

// Returns what opens below a host: the findings that are not ok and every attempt; empty when there
// is none.
Html host_evidence(const Words& words, const HostResult& host);

// Returns <details> with its evidence; <div> when there is nothing to open.
Html host_details(
    const Words& words, const HostResult& host, const Html& change, const Html& evidence
);

// Returns <details> whose evidence the script takes from the archive, by its number there.
Html host_packed(
    const Words& words, const HostResult& host, const Html& change, std::size_t number
);

} // namespace rdpsweep::html
