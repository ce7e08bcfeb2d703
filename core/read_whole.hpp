// Files and pipes, read whole: the memory is that of what is there, never that of the limit.
#pragma once

#include <cstddef>
#include <string>

namespace rdpsweep {

// Puts everything that descriptor still yields into text. Returns 0, the errno of a read that
// failed, or EFBIG where there are more than most bytes; text is empty then. No copy of a part of
// it is left in freed memory.
int read_whole(int descriptor, std::size_t most, std::string& text);

// Does the same with the file of that path, or returns the errno with which it cannot be opened.
int read_whole(const std::string& path, std::size_t most, std::string& text);

} // namespace rdpsweep
