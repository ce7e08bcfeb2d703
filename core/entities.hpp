// The names that HTML has for characters of ASCII and Latin-1.
#pragma once

#include <optional>
#include <string_view>

namespace rdpsweep {

// Returns the character of "amp" or "auml"; nothing for an unknown name. Names differ by case.
std::optional<char32_t> entity(std::string_view name) noexcept;

} // namespace rdpsweep
