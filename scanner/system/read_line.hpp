// Lines of a file that another may have written to: each is read within a bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace rdpsweep {

enum class LineEnd : std::uint8_t {
    whole,    // a newline stood behind it
    torn,     // the file ended first
    too_long, // it goes on: what was read of it has one byte more than allowed
    none,     // there is no further line, or in.bad(): it cannot be read
};

// Reads the next line into line, without its newline and in place of what was there. Of a line of
// more than longest bytes no more is read: the next call goes on in the middle of it.
LineEnd read_line(std::istream& in, std::string& line, std::size_t longest);

} // namespace rdpsweep
