// Reads the texts of options: numbers, durations, lists, names.
#include "scanner/cli/binders.hpp"

#include "core/text.hpp"
#include "scanner/talk/duration.hpp"
#include "scanner/talk/problems.hpp"

#include <algorithm>
#include <charconv>

namespace rdpsweep::cli {

namespace {

using Wrong = std::optional<std::string>;

// Returns what is wrong when text is no number in range; else keeps it in number.
Wrong read_number(const std::string& text, Range range, std::uint64_t& number) {
    const auto* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec == std::errc() && parsed.ptr == end && number >= range.low &&
        number <= range.high) {
        return {};
    }
    return in_quotes(text) + " is not a number from " + std::to_string(range.low) + " to " +
           std::to_string(range.high);
}

template <class Value>
Binder number_in(Value& value, Range range) {
    return {[&value, range](const std::string& text) {
        std::uint64_t number = 0;
        auto wrong = read_number(text, range, number);
        if (!wrong) value = static_cast<Value>(number);
        return wrong;
    }};
}

template <class Value>
Binder duration_in(Value& value) {
    return {[&value](const std::string& text) -> Wrong {
        const auto duration = parse_duration(text);
        if (!duration) return in_quotes(text) + " is not a duration: write 500ms, 90s, 15m or 2h";
        value = *duration;
        return {};
    }};
}

Binder taken_whole(std::vector<std::string>& values, Takes takes) {
    auto set = [&values](const std::string& text) -> Wrong {
        values.push_back(text);
        return {};
    };
    return {std::move(set), takes};
}

} // namespace

Binder text(std::string& value) {
    return {[&value](const std::string& text) -> Wrong {
        if (text.empty()) return "must not be empty";
        value = text;
        return {};
    }};
}

Binder word(std::string& value) {
    auto set = [&value](const std::string& text) -> Wrong {
        value = text;
        return {};
    };
    return {std::move(set), Takes::word};
}

Binder words(std::vector<std::string>& values) {
    return taken_whole(values, Takes::words);
}

Binder list(std::vector<std::string>& values, Split split_at) {
    if (split_at == Split::none) return taken_whole(values, Takes::values);
    auto set = [&values](const std::string& text) -> Wrong {
        for (auto& part : split(text, ',')) {
            if (!part.empty()) values.push_back(std::move(part));
        }
        return {};
    };
    return {std::move(set), Takes::values};
}

Binder sequence(std::vector<std::string>& values) {
    return taken_whole(values, Takes::sequence);
}

Binder flag(bool& value) {
    auto set = [&value](const std::string& text) -> Wrong {
        value = text == "true";
        return {};
    };
    return {std::move(set), Takes::nothing};
}

Binder flag_off(bool& value) {
    auto set = [&value](const std::string& text) -> Wrong {
        if (text == "true") value = false;
        return {};
    };
    return {std::move(set), Takes::nothing};
}

Binder count(int& value) {
    auto set = [&value](const std::string& text) -> Wrong {
        (void)std::from_chars(text.data(), text.data() + text.size(), value);
        return {};
    };
    return {std::move(set), Takes::count};
}

Binder number(int& value, Range range) {
    return number_in(value, range);
}

Binder number(std::size_t& value, Range range) {
    return number_in(value, range);
}

Binder number(std::optional<std::uint64_t>& value, Range range) {
    return number_in(value, range);
}

Binder rate(std::optional<double>& value) {
    return {[&value](const std::string& text) -> Wrong {
        const auto digits = text.ends_with("/s") ? text.substr(0, text.size() - 2) : text;
        double rate = 0;
        const auto* const end = digits.data() + digits.size();
        const auto parsed = std::from_chars(digits.data(), end, rate, std::chars_format::fixed);
        if (parsed.ec != std::errc() || parsed.ptr != end || !(rate >= 0.1) || rate > 100'000) {
            return in_quotes(text) + " is not a number from 0.1 to 100000";
        }
        value = rate;
        return {};
    }};
}

Binder duration(std::chrono::milliseconds& value) {
    return duration_in(value);
}

Binder duration(std::optional<std::chrono::milliseconds>& value) {
    return duration_in(value);
}

Binder route(std::vector<std::string>& names, std::span<const std::string_view> known) {
    std::vector<std::string> choices(known.begin(), known.end());
    auto set = [&names, choices](const std::string& text) -> Wrong {
        for (auto& name : split(text, ',')) {
            if (std::find(choices.begin(), choices.end(), name) == choices.end()) {
                return "this version has no transport " + in_quotes(name) +
                       "; known: " + joined(choices);
            }
            if (std::find(names.begin(), names.end(), name) != names.end()) {
                return "the transport " + in_quotes(name) + " is named twice";
            }
            names.push_back(std::move(name));
        }
        return {};
    };
    return {std::move(set), Takes::value, choices};
}

std::string joined(std::span<const std::string> names) {
    std::string text;
    for (const auto& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

std::string none_of(const std::string& text, std::span<const std::string> known) {
    return in_quotes(text) + " is none of " + joined(known);
}

} // namespace rdpsweep::cli
