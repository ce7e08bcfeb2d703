// Files that are removed when a signal ends the program: what is half written is of no use.
#pragma once

#include <string>

namespace rdpsweep {

// Has a file removed when SIGINT, SIGTERM, SIGHUP or SIGQUIT ends the program. A signal that is
// handled otherwise, before or afterwards, stays so. folder: a descriptor that is open until the
// file is forgotten. Returns its place; negative when there is none left.
int remember_leftover(int folder, const std::string& name) noexcept;

// Takes the file back; a negative place is none.
void forget_leftover(int place) noexcept;

} // namespace rdpsweep
