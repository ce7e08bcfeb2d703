// Escapes what a terminal would act on.
#include "core/terminal_text.hpp"

#include "core/unicode.hpp"

#include <algorithm>
#include <cstdio>

namespace rdpsweep {

namespace {

bool is_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

bool is_plain(char byte) {
    return byte >= ' ' && byte <= '~';
}

// Appends text, with what disturbs escaped. Most texts are ASCII all along.
void append_fit(std::string& out, std::string_view rest) {
    char escape[16];
    while (!rest.empty()) {
        const auto plain = static_cast<std::size_t>(
            std::find_if_not(rest.begin(), rest.end(), is_plain) - rest.begin()
        );
        out += rest.substr(0, plain);
        rest.remove_prefix(plain);
        if (rest.empty()) return;
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
}

// The bytes with which the UTF-8 of everything that disturbs beyond ASCII begins, and DEL.
constexpr std::string_view leads = "\x7F\xC2\xD8\xE2\xEF";

bool is_lead(char byte) {
    return leads.find(byte) != std::string_view::npos;
}

// Tells whether there is a lead at all: in most documents there is none, and memchr sees that at
// 32 bytes a step.
bool has_lead(std::string_view text) {
    return std::any_of(leads.begin(), leads.end(), [text](char lead) {
        return text.find(lead) != std::string_view::npos;
    });
}

} // namespace

bool disturbs_display(char32_t code) noexcept {
    const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    const bool bidi = (code >= 0x200E && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
                      (code >= 0x2066 && code <= 0x2069) || code == 0x061C;
    const bool invisible = code == 0x2028 || code == 0x2029 || code == 0xFEFF || code == 0x200B;
    return control || bidi || invisible;
}

TerminalText printable(std::string_view untrusted, std::size_t max_bytes) {
    const bool cut = untrusted.size() > max_bytes;
    // Not in the middle of a character: its first half would show as broken bytes.
    constexpr std::size_t longest = 4;
    auto end = std::min(max_bytes, untrusted.size());
    while (cut && end > 0 && max_bytes - end < longest - 1 && is_continuation(untrusted[end]))
        --end;
    std::string out;
    append_fit(out, untrusted.substr(0, end));
    if (cut) out += "...";
    return TerminalText(std::move(out), 0);
}

TerminalText printable_lines(std::string_view untrusted) {
    std::string out;
    while (!untrusted.empty()) {
        const auto end = std::min(untrusted.find('\n'), untrusted.size());
        append_fit(out, untrusted.substr(0, end));
        if (end < untrusted.size()) out += '\n';
        untrusted.remove_prefix(std::min(end + 1, untrusted.size()));
    }
    return TerminalText(std::move(out), 0);
}

void escape_for_display(std::string& json, std::size_t from) {
    const auto text = std::string_view(json).substr(from);
    if (!has_lead(text)) return;
    std::string out;
    std::size_t done = 0;
    char escape[8];
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!is_lead(text[at])) continue;
        const auto [code, length] = decode_utf8(text.substr(at));
        if (!code || !disturbs_display(*code)) continue;
        std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(*code));
        out.append(text, done, at - done).append(escape);
        done = at + length;
    }
    json.replace(from, done, out);
}

} // namespace rdpsweep
