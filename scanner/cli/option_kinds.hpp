// The kinds of options of our command line, on CLI11. Included by options.cpp only: CLI11 takes
// three seconds to compile.
#pragma once

#include "core/text.hpp"
#include "scanner/talk/duration.hpp"
#include "scanner/talk/problems.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace rdpsweep::cli {

using Setter = std::function<std::optional<std::string>(const std::string&)>;
using Texts = std::vector<std::string_view>;

inline std::string joined(const Texts& names) {
    std::string text;
    for (const auto name : names)
        text += (text.empty() ? "" : ", ") + std::string(name);
    return text;
}

// An option whose text we read ourselves, so that a mistake is told in our words. set returns what
// is wrong. CLI11 takes a mistake as an exception, thrown here and caught in parse_command_line.
inline CLI::Option*
add(CLI::App& verb, const char* names, const char* type, const std::string& what, const Setter& set
) {
    auto* option = verb.add_option_function<std::string>(
        names,
        [names, set](const std::string& text) {
            const auto mistake = set(text);
            if (!mistake) return;
            const auto name = std::string_view(names);
            throw CLI::ValidationError(std::string(name.substr(name.rfind(',') + 1)), *mistake);
        },
        what
    );
    return option->type_name(type);
}

// May be given again and again, one value each time.
inline CLI::Option* add_list(
    CLI::App& verb,
    const char* names,
    const char* type,
    const std::string& what,
    std::vector<std::string>& list
) {
    return verb.add_option(names, list, what)->type_name(type)->allow_extra_args(false);
}

inline CLI::Option* add_text(
    CLI::App& verb, const char* names, const char* type, const std::string& what, std::string& value
) {
    return add(
        verb,
        names,
        type,
        what,
        [&value](const std::string& text) -> std::optional<std::string> {
            if (text.empty()) return "must not be empty";
            value = text;
            return {};
        }
    );
}

template <class Duration>
void add_duration(CLI::App& verb, const char* names, const std::string& what, Duration& value) {
    add(verb,
        names,
        "DURATION",
        what,
        [&value](const std::string& text) -> std::optional<std::string> {
            const auto duration = parse_duration(text);
            if (!duration)
                return in_quotes(text) + " is not a duration: write 500ms, 90s, 15m or 2h";
            value = *duration;
            return {};
        });
}

template <class Number>
void add_number(
    CLI::App& verb,
    const char* names,
    const std::string& what,
    Number& value,
    std::uint64_t low,
    std::uint64_t high
) {
    const auto set = [&value, low, high](const std::string& text) -> std::optional<std::string> {
        std::uint64_t number = 0;
        const auto* const end = text.data() + text.size();
        const auto parsed = std::from_chars(text.data(), end, number);
        if (parsed.ec != std::errc() || parsed.ptr != end || number < low || number > high) {
            return in_quotes(text) + " is not a number from " + std::to_string(low) + " to " +
                   std::to_string(high);
        }
        if constexpr (std::is_integral_v<Number>) {
            value = static_cast<Number>(number);
        } else {
            value = number;
        }
        return {};
    };
    add(verb, names, "N", what, set);
}

// One of a few words, each standing for a value.
template <class Value>
void add_choice(
    CLI::App& verb,
    const char* names,
    const std::string& what,
    Value& value,
    std::vector<std::pair<std::string_view, Value>> choices
) {
    const auto set = [&value, choices](const std::string& text) -> std::optional<std::string> {
        Texts known;
        for (const auto& [name, choice] : choices) {
            if (name == text) {
                value = choice;
                return {};
            }
            known.push_back(name);
        }
        return in_quotes(text) + " is none of " + joined(known);
    };
    add(verb, names, "WORD", what, set);
}

inline void regroup(CLI::App& verb, const char* group, std::initializer_list<const char*> names) {
    for (const auto* name : names)
        verb.get_option(name)->group(group);
}

} // namespace rdpsweep::cli
