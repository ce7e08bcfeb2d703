// What Ansible makes of the text behind '=' in an INI inventory.
#pragma once

#include <string>
#include <string_view>

namespace rdpsweep {

// Returns the value of a literal of Python: a text in quotes, a number, a list or a constant, each
// with or without a comment behind it. Everything else is a text as it stands, and a comment behind
// it is a part of it. A list stays as it is written.
std::string literal_value(std::string_view text);

} // namespace rdpsweep
