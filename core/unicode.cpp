// UTF-8 by hand, because what a VM sends may be no UTF-8 at all and iconv stops there.
#include "core/unicode.hpp"

#include <array>

namespace rdpsweep {

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

CodePoint decode_utf8(std::string_view text) {
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
    // No code point takes more bytes than two for each it has in UTF-8; a secret must not be left
    // behind in blocks that grew too small.
    out.reserve(2 * text.size());
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

} // namespace rdpsweep
