// Enumerators and their names, looked up both ways in one table.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace rdpsweep {

template <class Enum, std::size_t Size>
using Names = std::array<std::pair<Enum, std::string_view>, Size>;

// Returns the name of value; empty when the table lacks it.
template <class Enum, std::size_t Size>
constexpr std::string_view name_of(const Names<Enum, Size>& names, Enum value) noexcept {
    for (const auto& [candidate, name] : names) {
        if (candidate == value) return name;
    }
    return {};
}

// Sets value to the enumerator called text; false when there is none.
template <class Enum, std::size_t Size>
constexpr bool
value_of(const Names<Enum, Size>& names, std::string_view text, Enum& value) noexcept {
    for (const auto& [candidate, name] : names) {
        if (name == text) {
            value = candidate;
            return true;
        }
    }
    return false;
}

} // namespace rdpsweep
