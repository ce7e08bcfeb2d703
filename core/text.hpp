// Small text tools: encodings, safe display of strangers' text, case folding, times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// RFC 4648 section 4, with padding.
std::string base64_encode(std::string_view bytes);

// Strict: no white space, padding required; nothing on any other character.
std::optional<std::string> base64_decode(std::string_view text);

// Changes a-z only; nothing here depends on the locale.
std::string ascii_upper(std::string_view text);

// Lower-case.
std::string hex_encode(std::string_view bytes);
// Takes both cases; nothing on an odd length or any other character.
std::optional<std::string> hex_decode(std::string_view text);

// CRC-32 (IEEE 802.3, the one of zlib).
std::uint32_t crc32(std::string_view bytes) noexcept;

// Lower-case hex of the SHA-256.
std::string sha256_hex(std::string_view bytes);

// A-Z only; nothing here depends on the locale.
std::string ascii_lower(std::string_view text);
bool iequals(std::string_view a, std::string_view b) noexcept;

// Valid UTF-8: bad sequences become U+FFFD.
std::string to_valid_utf8(std::string_view bytes);

// For a terminal or a log: control characters (C0, DEL, C1), bidirectional overrides and invalid
// UTF-8 are shown as \xNN or \u{NNNN}; at most max_bytes of the source, then "...".
std::string printable(std::string_view untrusted, std::size_t max_bytes = 400);

// text inside HTML, attribute or element; & < > " ' and control characters are escaped.
std::string html_escape(std::string_view untrusted);

// UTF-16LE bytes to UTF-8; lone surrogates become U+FFFD, an odd last byte is dropped.
std::string utf16le_to_utf8(std::string_view bytes);
std::string utf8_to_utf16le(std::string_view text);

// "2026-11-23T03:00:00Z" and back; also accepts a fraction, which is dropped.
std::string to_iso8601(std::int64_t unix_seconds);
std::optional<std::int64_t> from_iso8601(std::string_view text);

// The candidate closest to word by edit distance, if close enough to be a typing slip.
std::optional<std::string_view>
nearest(std::string_view word, std::span<const std::string_view> candidates);

std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text) noexcept;

// 128 random bits as lower-case hex, from the operating system.
std::string random_hex128();

// An upper-case GUID, version 4.
std::string random_guid();

} // namespace rdpsweep
