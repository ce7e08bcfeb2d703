// Small text tools: case folding, safe display of strangers' text, joining and splitting, times.
#pragma once

// For scanner/, which asks for all of them by this one name.
#include "core/digest.hpp"
#include "core/encoding.hpp"
#include "core/foreign_text.hpp"
#include "core/terminal_text.hpp"
#include "core/unicode.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Folds ASCII letters only: nothing here depends on the locale.
std::string ascii_upper(std::string_view text);
std::string ascii_lower(std::string_view text);
bool iequals(std::string_view a, std::string_view b) noexcept;

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

constexpr bool is_hex_digit(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Escapes & < > " ' and control characters, for text in an element or attribute of HTML.
std::string html_escape(std::string_view untrusted);

// Writes "2026-11-23T03:00:00Z", and reads it back; a fraction is accepted and dropped.
std::string to_iso8601(std::int64_t unix_seconds);
std::optional<std::int64_t> from_iso8601(std::string_view text);

// Returns the candidate closest to word by edit distance, if close enough to be a typing slip.
std::optional<std::string_view>
nearest(std::string_view word, std::span<const std::string_view> candidates);

std::vector<std::string> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view between);
std::string_view trim(std::string_view text) noexcept;

} // namespace rdpsweep
