// Numbers of words and back, so that what is said often is kept once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rdpsweep {

class WordTable {
public:
    // Returns the number of a word: from 0, in the order in which words come first.
    std::uint32_t number_of(std::string_view word);

    // Returns the word of a number that number_of() gave.
    [[nodiscard]] const std::string& word_of(std::uint32_t number) const {
        return words_.at(number);
    }

    [[nodiscard]] const std::vector<std::string>& words() const noexcept { return words_; }

private:
    struct Hash {
        using is_transparent = void;

        std::size_t operator()(std::string_view word) const noexcept {
            return std::hash<std::string_view>{}(word);
        }
    };

    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
    std::vector<std::string> words_;
};

} // namespace rdpsweep
