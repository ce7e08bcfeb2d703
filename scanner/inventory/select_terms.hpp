// The terms of a selection: one for each field of a target.
#pragma once

#include "core/target.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace rdpsweep {

using Term = std::function<bool(const Target&)>;

struct SelectionField {
    std::string_view name;
    Term (*make)(const std::string& pattern); // empty when the pattern is none
};

// Returns the terms. The first is the one that a pattern without a field means: name.
std::span<const SelectionField> selection_fields() noexcept;

} // namespace rdpsweep
