// Small pieces that the rows of the final screen share.
#pragma once

#include "reports/text/screen.hpp"

#include <string>

namespace rdpsweep {

// Returns a blank line and a heading.
Lines headed(const Scene& scene, const char* key);

// Returns "    9,412  ": how every counted row begins.
std::string right_aligned(std::size_t count);

// Returns the line below a section's rows that says what it leaves out; key is a sentence with
// {count}.
Line more_line(const Scene& scene, const char* key, std::size_t count);

// Returns "web-01, web-02, web-03 +117"
std::string names(const Scene& scene, const Tally& tally);

} // namespace rdpsweep
