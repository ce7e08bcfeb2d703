// Finds the lines about a host without looking at all of them: plain names are looked up, and only
// what is a pattern or a hash is compared.
#pragma once

#include "transports/ssh/hashed_name.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rdpsweep::ssh {

class NameIndex {
public:
    // Adds a line by its number and its first field. Numbers only rise.
    void add(std::size_t line, std::string_view names);

    // Returns the numbers of the lines about name ("host" or "[host]:port", lower case), rising:
    // those whose field names_match() it.
    [[nodiscard]] std::vector<std::size_t> about(std::string_view name) const;

    // Returns how many lines each look-up compares.
    [[nodiscard]] std::size_t compared() const noexcept {
        return patterns_.size() + hashed_.size();
    }

private:
    // Looks up a view without making a string of it.
    struct Hash {
        using is_transparent = void;

        std::size_t operator()(std::string_view name) const noexcept {
            return std::hash<std::string_view>()(name);
        }
    };

    struct Patterns {
        std::size_t line;
        std::string names;
    };

    struct Hashed {
        std::size_t line;
        HashedName name;
    };

    std::unordered_map<std::string, std::vector<std::size_t>, Hash, std::equal_to<>> plain_;
    std::vector<Patterns> patterns_;
    std::vector<Hashed> hashed_;
};

} // namespace rdpsweep::ssh
