// Gives each new word the next number.
#include "core/word_table.hpp"

namespace rdpsweep {

std::uint32_t WordTable::number_of(std::string_view word) {
    if (const auto known = numbers_.find(word); known != numbers_.end()) return known->second;
    const auto number = static_cast<std::uint32_t>(words_.size());
    words_.emplace_back(word);
    numbers_.emplace(words_.back(), number);
    return number;
}

} // namespace rdpsweep
