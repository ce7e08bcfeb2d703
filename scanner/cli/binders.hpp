// How the text of an option becomes a member of its struct, kind by kind. We read the texts
// ourselves, so that our own words describe a mistake.
#pragma once

#include "scanner/cli/option.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rdpsweep::cli {

// A list's separator: commas split a value, or it is taken whole.
enum class Split : std::uint8_t { none, commas };

struct Range {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
};

// Binds any text but an empty one.
Binder text(std::string& value);
// Binds text that must be given, empty or not.
Binder word(std::string& value);
// Binds one text or more that must be given.
Binder words(std::vector<std::string>& values);
Binder list(std::vector<std::string>& values, Split split = Split::none);
// Binds a list of which several may follow at once.
Binder sequence(std::vector<std::string>& values);

Binder flag(bool& value);
// Binds a flag that makes value false when it is given.
Binder flag_off(bool& value);
Binder count(int& value);

Binder number(int& value, Range range);
Binder number(std::size_t& value, Range range);
Binder number(std::optional<std::uint64_t>& value, Range range);
// Binds connections a second, "12.5" or "12.5/s".
Binder rate(std::optional<double>& value);

Binder duration(std::chrono::milliseconds& value);
Binder duration(std::optional<std::chrono::milliseconds>& value);

// Binds names of known, separated by commas, each once; in order.
Binder route(std::vector<std::string>& names, std::span<const std::string_view> known);

// Returns "a, b, c"
std::string joined(std::span<const std::string> names);

// Returns what to say of text that is none of known.
std::string none_of(const std::string& text, std::span<const std::string> known);

// Binds one of a few words, each standing for a value.
template <class Value>
Binder choice(Value& value, std::vector<std::pair<std::string, Value>> choices) {
    std::vector<std::string> known;
    for (const auto& [name, meant] : choices)
        known.push_back(name);
    auto set = [&value, choices = std::move(choices), known](const std::string& text
               ) -> std::optional<std::string> {
        for (const auto& [name, meant] : choices) {
            if (name != text) continue;
            value = meant;
            return {};
        }
        return none_of(text, known);
    };
    return {std::move(set), Takes::value, std::move(known)};
}

} // namespace rdpsweep::cli
