#include "core/text.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <zlib.h>

namespace rdpsweep {

namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::string_view hex_digits = "0123456789abcdef";

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

std::array<std::int8_t, 256> base64_values() {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < base64_alphabet.size(); ++i) {
        values[static_cast<unsigned char>(base64_alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return values;
}

void append_utf8(std::string& out, char32_t code) {
    const auto byte = [&out](char32_t value) { out += static_cast<char>(value); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xC0 | (code >> 6));
        byte(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        byte(0xE0 | (code >> 12));
        byte(0x80 | ((code >> 6) & 0x3F));
        byte(0x80 | (code & 0x3F));
    } else {
        byte(0xF0 | (code >> 18));
        byte(0x80 | ((code >> 12) & 0x3F));
        byte(0x80 | ((code >> 6) & 0x3F));
        byte(0x80 | (code & 0x3F));
    }
}

// One code point of text and how many bytes it took; nothing where the bytes are not UTF-8.
struct Decoded {
    std::optional<char32_t> code;
    std::size_t length = 1;
};

Decoded decode_utf8(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) return {lead, 1};
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
    char32_t code = lead & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xC0) != 0x80) return {};
        code = (code << 6) | (next & 0x3Fu);
    }
    constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < smallest[length] || code > 0x10FFFF || surrogate) return {};
    return {code, length};
}

bool is_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// Characters that change how the rest of a line is shown.
bool disturbs_display(char32_t code) {
    const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    const bool bidi = (code >= 0x200E && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
                      (code >= 0x2066 && code <= 0x2069) || code == 0x061C;
    const bool invisible = code == 0x2028 || code == 0x2029 || code == 0xFEFF || code == 0x200B;
    return control || bidi || invisible;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
        }
    }
    return row[b.size()];
}

} // namespace

std::string base64_encode(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto left = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            const auto byte = k < left ? static_cast<unsigned char>(bytes[i + k]) : 0u;
            group = (group << 8) | byte;
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out += k <= left ? base64_alphabet[(group >> (18 - 6 * k)) & 0x3F] : '=';
        }
    }
    return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
    static const auto values = base64_values();
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
        ++padding;
    }
    std::string out;
    out.reserve(text.size() / 4 * 3);
    const auto digits = text.size() - padding;
    for (std::size_t i = 0; i < text.size(); i += 4) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 4; ++k) {
            const auto value =
                i + k < digits ? values[static_cast<unsigned char>(text[i + k])] : std::int8_t{0};
            if (value < 0) return std::nullopt;
            group = (group << 6) | static_cast<std::uint32_t>(value);
        }
        for (std::size_t k = 0; k < 3; ++k)
            out += static_cast<char>((group >> (16 - 8 * k)) & 0xFF);
    }
    out.resize(out.size() - padding);
    return out;
}

std::string hex_encode(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += hex_digits[byte >> 4];
        out += hex_digits[byte & 0xF];
    }
    return out;
}

std::optional<std::string> hex_decode(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_value(text[i]);
        const int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
    }
    return out;
}

std::uint32_t crc32(std::string_view bytes) noexcept {
    return static_cast<std::uint32_t>(
        ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size())
    );
}

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    return hex_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string ascii_upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return out;
}

std::string ascii_lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

bool iequals(std::string_view a, std::string_view b) noexcept {
    const auto fold = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) {
        return fold(x) == fold(y);
    });
}

std::string to_valid_utf8(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    while (!bytes.empty()) {
        const auto decoded = decode_utf8(bytes);
        if (decoded.code) {
            out += bytes.substr(0, decoded.length);
        } else {
            append_utf8(out, 0xFFFD);
        }
        bytes.remove_prefix(decoded.length);
    }
    return out;
}

std::string printable(std::string_view untrusted, std::size_t max_bytes) {
    std::string out;
    const bool cut = untrusted.size() > max_bytes;
    // Not in the middle of a character: its first half would show as broken bytes.
    constexpr std::size_t longest = 4;
    auto end = std::min(max_bytes, untrusted.size());
    while (cut && end > 0 && max_bytes - end < longest - 1 && is_continuation(untrusted[end]))
        --end;
    auto rest = untrusted.substr(0, end);
    char escape[16];
    while (!rest.empty()) {
        const auto decoded = decode_utf8(rest);
        if (!decoded.code || disturbs_display(*decoded.code)) {
            const auto byte = static_cast<unsigned char>(rest[0]);
            if (!decoded.code || *decoded.code < 0x80) {
                std::snprintf(escape, sizeof escape, "\\x%02X", byte);
            } else {
                const auto code = static_cast<unsigned>(*decoded.code);
                std::snprintf(escape, sizeof escape, "\\u{%04X}", code);
            }
            out += escape;
        } else {
            out += rest.substr(0, decoded.length);
        }
        rest.remove_prefix(decoded.length);
    }
    return cut ? out + "..." : out;
}

std::string html_escape(std::string_view untrusted) {
    std::string out;
    for (const char c : printable(untrusted, untrusted.size())) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

std::string utf16le_to_utf8(std::string_view bytes) {
    const auto unit = [&bytes](std::size_t i) -> char32_t {
        return static_cast<unsigned char>(bytes[i]) |
               static_cast<char32_t>(static_cast<unsigned char>(bytes[i + 1]) << 8);
    };
    std::string out;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        auto code = unit(i);
        if (code >= 0xD800 && code <= 0xDFFF) {
            const bool pair = code < 0xDC00 && i + 3 < bytes.size() && unit(i + 2) >= 0xDC00 &&
                              unit(i + 2) <= 0xDFFF;
            if (pair) {
                code = 0x10000 + ((code - 0xD800) << 10) + (unit(i + 2) - 0xDC00);
                i += 2;
            } else {
                code = 0xFFFD;
            }
        }
        append_utf8(out, code);
    }
    return out;
}

std::string utf8_to_utf16le(std::string_view text) {
    std::string out;
    const auto unit = [&out](char32_t value) {
        out += static_cast<char>(value & 0xFF);
        out += static_cast<char>((value >> 8) & 0xFF);
    };
    while (!text.empty()) {
        const auto decoded = decode_utf8(text);
        const auto code = decoded.code.value_or(0xFFFD);
        if (code >= 0x10000) {
            unit(0xD800 + ((code - 0x10000) >> 10));
            unit(0xDC00 + ((code - 0x10000) & 0x3FF));
        } else {
            unit(code);
        }
        text.remove_prefix(decoded.length);
    }
    return out;
}

std::string to_iso8601(std::int64_t unix_seconds) {
    const auto time = static_cast<std::time_t>(unix_seconds);
    std::tm utc{};
    if (gmtime_r(&time, &utc) == nullptr) return "?";
    char text[64];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

std::optional<std::int64_t> from_iso8601(std::string_view text) {
    std::tm utc{};
    const std::string copy(text.substr(0, 40));
    const char* rest = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &utc);
    if (rest == nullptr) return std::nullopt;
    if (*rest == '.') {
        ++rest;
        while (*rest >= '0' && *rest <= '9')
            ++rest;
    }
    if (std::string_view(rest) != "Z") return std::nullopt;
    return static_cast<std::int64_t>(timegm(&utc));
}

std::optional<std::string_view>
nearest(std::string_view word, std::span<const std::string_view> candidates) {
    std::optional<std::string_view> best;
    auto best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    const auto folded = ascii_lower(word);
    for (const auto candidate : candidates) {
        const auto distance = edit_distance(folded, ascii_lower(candidate));
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const auto at = text.find(separator);
        parts.emplace_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view blank = " \t\r\n\f\v";
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string random_hex128() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
    return hex_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string random_guid() {
    auto hex = random_hex128();
    hex[12] = '4';
    hex[16] = "89ab"[hex_value(hex[16]) & 3];
    for (char& c : hex) {
        if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
    }
    return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
           hex.substr(16, 4) + "-" + hex.substr(20);
}

} // namespace rdpsweep
