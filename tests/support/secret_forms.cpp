// Writes and reads escapes in the simplest way, so that the other side can be tried against it.
#include "tests/support/secret_forms.hpp"

#include "core/encoding.hpp"
#include "core/unicode.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace rdpsweep::secret_forms {

namespace {

std::string hex_of(unsigned value, const char* format, const Choose& choose) {
    char text[32];
    std::snprintf(text, sizeof text, format, value);
    std::string out(text);
    // Either case, digit by digit; the escape's own letters stand outside.
    for (char& c : out)
        if (c >= 'a' && c <= 'f' && choose(2) == 1) c = static_cast<char>(c - 'a' + 'A');
    return out;
}

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Escapes what has to be, and of the rest what choose wants.
template <class Write>
std::string each(std::string_view plain, const Choose& choose, const Write& write) {
    std::string out;
    for (const char c : plain) {
        if (is_plain(c) && choose(2) == 0)
            out += c;
        else
            out += write(static_cast<unsigned char>(c));
    }
    return out;
}

std::string same(std::string_view plain, const Choose&) {
    return std::string(plain);
}

std::string wide(std::string_view plain, const Choose&) {
    return utf8_to_utf16le(plain);
}

std::string wide_turned(std::string_view plain, const Choose&) {
    auto bytes = utf8_to_utf16le(plain);
    for (std::size_t at = 1; at < bytes.size(); at += 2)
        std::swap(bytes[at - 1], bytes[at]);
    return bytes;
}

std::string wrapped(std::string_view plain, const Choose& choose) {
    std::string out;
    for (const char c : plain)
        out += (choose(3) == 0 ? "\r\n" : "") + std::string(1, c);
    return out;
}

std::string percent(std::string_view plain, const Choose& choose) {
    return each(plain, choose, [&](unsigned c) { return "%" + hex_of(c, "%02x", choose); });
}

std::string percent_u(std::string_view plain, const Choose& choose) {
    return each(plain, choose, [&](unsigned c) { return "%u" + hex_of(c, "%04x", choose); });
}

std::string percent_twice(std::string_view plain, const Choose& choose) {
    return each(plain, choose, [&](unsigned c) { return "%25" + hex_of(c, "%02x", choose); });
}

std::string json(std::string_view plain, const Choose& choose) {
    return each(plain, choose, [&](unsigned c) {
        const bool may_be_short = c == '"' || c == '\\' || c == '/';
        if (may_be_short && choose(2) == 0) return std::string{'\\', static_cast<char>(c)};
        return "\\u" + hex_of(c, "%04x", choose);
    });
}

std::string c_escape(std::string_view plain, const Choose& choose) {
    return each(plain, choose, [&](unsigned c) {
        char octal[8];
        std::snprintf(octal, sizeof octal, "\\%03o", c);
        return choose(2) == 0 ? "\\x" + hex_of(c, "%02x", choose) : std::string(octal);
    });
}

std::string entity_of(unsigned c, const Choose& choose) {
    static constexpr std::array<std::pair<char, const char*>, 14> names{
        {{'&', "&amp;"},
         {'<', "&lt;"},
         {'>', "&gt;"},
         {'"', "&quot;"},
         {'\'', "&apos;"},
         {'!', "&excl;"},
         {'#', "&num;"},
         {'$', "&dollar;"},
         {'%', "&percnt;"},
         {'+', "&plus;"},
         {'/', "&sol;"},
         {'=', "&equals;"},
         {'@', "&commat;"},
         {'_', "&lowbar;"}}};
    const auto named = std::find_if(names.begin(), names.end(), [c](const auto& one) {
        return static_cast<unsigned char>(one.first) == c;
    });
    const auto kind = choose(named == names.end() ? 2 : 3);
    if (kind == 2) return named->second;
    const std::string zeros(choose(4), '0');
    if (kind == 0) return "&#" + zeros + std::to_string(c) + ";";
    return (choose(2) == 0 ? "&#x" : "&#X") + zeros + hex_of(c, "%x", choose) + ";";
}

std::string entities(std::string_view plain, const Choose& choose) {
    return each(plain, choose, [&](unsigned c) { return entity_of(c, choose); });
}

std::string clixml(std::string_view plain, const Choose& choose) {
    return each(plain, choose, [&](unsigned c) { return "_x" + hex_of(c, "%04x", choose) + "_"; });
}

std::string powershell(std::string_view plain, const Choose&) {
    std::string out;
    for (const char c : plain)
        out += c == '\'' ? "''" : std::string(1, c);
    return out;
}

std::string any(std::string_view plain, const Choose& choose) {
    constexpr std::array writers{percent, json, entities, clixml};
    std::string out;
    for (const char c : plain)
        out += writers[choose(writers.size())](std::string_view(&c, 1), choose);
    return out;
}

// The secret with something before and after it, as in "Authorization: Basic".
std::string base64_of(std::string text, const Choose& choose) {
    std::string before(choose(3), 'u'), after(choose(3), 'z');
    auto out = base64_encode(before + text + after);
    if (choose(2) == 0) return out;
    std::replace(out.begin(), out.end(), '+', '-');
    std::replace(out.begin(), out.end(), '/', '_');
    while (out.ends_with('='))
        out.pop_back();
    return out;
}

std::string base64(std::string_view plain, const Choose& choose) {
    return base64_of(std::string(plain), choose);
}

std::string base64_wide(std::string_view plain, const Choose& choose) {
    return base64_of(utf8_to_utf16le(plain), choose);
}

std::string base64_in_json(std::string_view plain, const Choose& choose) {
    return json(base64(plain, choose), choose);
}

std::string json_in_base64(std::string_view plain, const Choose& choose) {
    return base64(json(plain, choose), choose);
}

std::string hex(std::string_view plain, const Choose& choose) {
    const std::string between = std::array{"", " ", "-", ":", ", "}[choose(5)];
    std::string out;
    for (const char c : plain)
        out += (out.empty() ? "" : between) + hex_of(static_cast<unsigned char>(c), "%02x", choose);
    return out;
}

std::string hex_words(std::string_view plain, const Choose& choose) {
    std::string out;
    for (const char c : plain)
        out +=
            (out.empty() ? "0x" : ", 0x") + hex_of(static_cast<unsigned char>(c), "%02x", choose);
    return out;
}

constexpr std::array forms{
    Form{"the text itself", same},
    Form{"UTF-16LE", wide},
    Form{"UTF-16BE", wide_turned},
    Form{"broken into lines", wrapped},
    Form{"percent", percent},
    Form{"percent u", percent_u},
    Form{"percent twice", percent_twice},
    Form{"JSON", json},
    Form{"C", c_escape},
    Form{"entities", entities},
    Form{"CLIXML", clixml},
    Form{"PowerShell's quotes", powershell},
    Form{"a mixture", any},
    Form{"Base64", base64},
    Form{"Base64 of UTF-16", base64_wide},
    Form{"Base64 in JSON", base64_in_json},
    Form{"JSON in Base64", json_in_base64},
    Form{"hex", hex},
    Form{"hex words", hex_words},
};

} // namespace

std::span<const Form> all() noexcept {
    return forms;
}

} // namespace rdpsweep::secret_forms
