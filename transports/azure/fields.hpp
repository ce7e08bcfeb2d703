// Reading Azure's JSON, where any member may be missing, null or of another type than documented:
// then it reads as empty. Included by .cpp files only: it drags in the JSON library.
#pragma once

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep::azure {

// Returns the member at path ("properties/osProfile/computerName"); JSON's null when it is not
// there.
inline const nlohmann::json& field(const nlohmann::json& object, std::string_view path) {
    static const nlohmann::json nothing;
    const auto* at = &object;
    for (;;) {
        const auto slash = path.find('/');
        if (!at->is_object()) return nothing;
        const auto found = at->find(std::string(path.substr(0, slash)));
        if (found == at->end()) return nothing;
        at = &*found;
        if (slash == std::string_view::npos) return *at;
        path.remove_prefix(slash + 1);
    }
}

inline std::string text(const nlohmann::json& object, std::string_view path) {
    const auto& value = field(object, path);
    return value.is_string() ? value.get<std::string>() : std::string();
}

// Reads a flag, which may be a boolean or, as Resource Graph likes it, the word.
inline bool flag(const nlohmann::json& object, std::string_view path) {
    const auto& value = field(object, path);
    if (value.is_string()) return value.get<std::string>() == "true";
    return value.is_boolean() && value.get<bool>();
}

// Returns a whole number, as a number or as a string of digits; nothing for anything else.
inline std::optional<std::int64_t> number(const nlohmann::json& object, std::string_view path) {
    const auto& value = field(object, path);
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (!value.is_string()) return {};
    const auto digits = value.get<std::string>();
    std::int64_t parsed = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, parsed);
    if (error != std::errc() || stop != end) return {};
    return parsed;
}

} // namespace rdpsweep::azure
