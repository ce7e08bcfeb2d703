// The collector's lean answer: what its lean profile leaves out, and the rows it prints.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace simfleet {

// facts: a facts/1 document as facts_json() makes it. most: 0, or the length from which on the
// store of Windows' own certificates is left out where another one is configured.
std::string lean_answer(std::string_view facts, const std::string& nonce, std::size_t most);

} // namespace simfleet
