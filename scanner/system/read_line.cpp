// Takes a line from a stream block by block, so that a line without end is given up early.
#include "scanner/system/read_line.hpp"

#include <algorithm>
#include <istream>

namespace rdpsweep {

LineEnd read_line(std::istream& in, std::string& line, std::size_t longest) {
    line.clear();
    char block[8192];
    for (;;) {
        // Room for one byte more than the line may have, and for the zero of getline().
        const auto room = std::min(sizeof block, longest - line.size() + 2);
        in.getline(block, static_cast<std::streamsize>(room));
        const auto got = static_cast<std::size_t>(in.gcount());
        if (in.bad() || (in.eof() && got == 0)) return line.empty() ? LineEnd::none : LineEnd::torn;
        const bool whole = !in.fail() && !in.eof();
        line.append(block, whole ? got - 1 : got);
        if (line.size() > longest) {
            if (whole) in.unget();
            in.clear();
            return LineEnd::too_long;
        }
        if (whole) return LineEnd::whole;
        if (in.eof()) return LineEnd::torn;
        in.clear(); // the block was full
    }
}

} // namespace rdpsweep
