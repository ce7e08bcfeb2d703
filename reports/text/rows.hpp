// Small pieces that the rows of the final screen share.
#pragma once

#include "reports/text/screen.hpp"

#include <string>

namespace rdpsweep {

// A blank line and a heading.
Lines headed(const Scene& scene, const char* key);

// "    9,412  ": how every counted row begins.
std::string right_aligned(std::size_t count);

// What a section leaves out, below its rows; key is a sentence with {count}.
Line more_line(const Scene& scene, const char* key, std::size_t count);

// "web-01, web-02, web-03 +117"
std::string names(const Scene& scene, const Tally& tally);

} // namespace rdpsweep
