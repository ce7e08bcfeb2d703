// Base64 by OpenSSL, made strict; hex by a look-up a digit.
#include "core/encoding.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>

namespace rdpsweep {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

constexpr std::size_t group_bytes = 3; // are four digits
constexpr std::size_t group_digits = 4;
constexpr std::size_t groups_at_once = std::size_t{1} << 20; // OpenSSL counts in int

unsigned char* bytes_of(char* text) {
    return reinterpret_cast<unsigned char*>(text);
}

const unsigned char* bytes_of(const char* text) {
    return reinterpret_cast<const unsigned char*>(text);
}

// Decodes whole groups, without white space, into room for them all; false on any other character.
// '=' counts as 'A'.
bool decode_groups(std::string_view digits, char* to) {
    // White space around them is what the library passes over, and an end of its own.
    const auto is_digit = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '+' || c == '/' || c == '=';
    };
    while (!digits.empty()) {
        const auto part = digits.substr(0, groups_at_once * group_digits);
        if (!is_digit(part.front()) || !is_digit(part.back())) return false;
        const int count = static_cast<int>(part.size());
        if (EVP_DecodeBlock(bytes_of(to), bytes_of(part.data()), count) < 0) return false;
        to += part.size() / group_digits * group_bytes;
        digits.remove_prefix(part.size());
    }
    return true;
}

} // namespace

int hex_value(char digit) noexcept {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

std::string base64_encode(std::string_view bytes) {
    std::string out((bytes.size() + group_bytes - 1) / group_bytes * group_digits, '\0');
    char* to = out.data(); // behind what is written the library writes a NUL, as stands there
    while (!bytes.empty()) {
        const auto part = bytes.substr(0, groups_at_once * group_bytes);
        to += EVP_EncodeBlock(bytes_of(to), bytes_of(part.data()), static_cast<int>(part.size()));
        bytes.remove_prefix(part.size());
    }
    return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
    if (text.size() % group_digits != 0) return std::nullopt;
    const auto padding = text.size() - std::min(text.find('='), text.size());
    if (padding > 2 || text.find_first_not_of('=', text.size() - padding) != text.npos)
        return std::nullopt;
    std::string out(text.size() / group_digits * group_bytes, '\0');
    if (!decode_groups(text, out.data())) return std::nullopt;
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

} // namespace rdpsweep
