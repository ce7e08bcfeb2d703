// One host as HTML: a compact row, or a disclosure with its evidence and attempts.
#pragma once

#include "core/outcome.hpp"
#include "reports/html/markup.hpp"

#include <string>

namespace rdpsweep::html {

// <tr> with name, address, build, transport and what there is to tidy up: for hosts in order.
std::string host_row(const Words& words, const HostResult& host);

// <details> with the findings that are not ok and every attempt; <div> when there is nothing to
// open.
std::string host_details(const Words& words, const HostResult& host);

} // namespace rdpsweep::html
