// Escapes what goes into HTML, and computes the hash by which the page's policy admits its script.
#include "reports/html/markup.hpp"

#include "core/digest.hpp"
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "reports/wording.hpp"

namespace rdpsweep::html {

namespace {

constexpr std::size_t sentence_bytes = 2000; // with what a host put into it

} // namespace

std::string escaped(std::string_view untrusted, std::size_t max_bytes) {
    if (untrusted.size() <= max_bytes) return html_escape(untrusted);
    // Not in the middle of a character: its halves would show as broken bytes.
    auto end = max_bytes;
    while (end > 0 && (static_cast<unsigned char>(untrusted[end]) & 0xC0) == 0x80)
        --end;
    return html_escape(untrusted.substr(0, end)) + "…";
}

std::string Words::operator()(std::string_view key) const {
    return escaped(messages_.text(key), sentence_bytes);
}

std::string Words::operator()(std::string_view key, const Arguments& arguments) const {
    return (*this)(Message{std::string(key), arguments});
}

std::string Words::operator()(const Message& message) const {
    return escaped(messages_.say(message), sentence_bytes);
}

std::string Words::operator()(Verdict verdict) const {
    return std::string(glyph(verdict)) + " " + escaped(word(messages_, verdict));
}

std::string Words::hosts(std::size_t count) const {
    return escaped(rdpsweep::hosts(messages_, count));
}

std::string csp_hash(std::string_view text) {
    const auto digest = hex_decode(sha256_hex(text));
    return "'sha256-" + base64_encode(*digest) + "'";
}

} // namespace rdpsweep::html
