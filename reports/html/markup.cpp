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

Html escaped(std::string_view untrusted, std::size_t max_bytes) {
    if (untrusted.size() <= max_bytes) return Html(html_escape(untrusted), 0);
    // Not in the middle of a character: its halves would show as broken bytes.
    auto end = max_bytes;
    while (end > 0 && (static_cast<unsigned char>(untrusted[end]) & 0xC0) == 0x80)
        --end;
    return Html(html_escape(untrusted.substr(0, end)), 0) + "…";
}

Html Html::in_base64(std::string_view bytes) {
    return Html(base64_encode(bytes), 0);
}

Html number(std::size_t count) {
    return escaped(grouped(count));
}

Html Words::operator()(std::string_view key) const {
    return escaped(messages_.text(key), sentence_bytes);
}

Html Words::operator()(std::string_view key, const Arguments& arguments) const {
    return (*this)(Message{std::string(key), arguments});
}

Html Words::operator()(const Message& message) const {
    return escaped(messages_.say(message), sentence_bytes);
}

Html Words::operator()(Verdict verdict) const {
    return escaped(glyph(verdict)) + " " + escaped(word(messages_, verdict));
}

Html Words::hosts(std::size_t count) const {
    return escaped(rdpsweep::hosts(messages_, count));
}

Html csp_hash(std::string_view text) {
    const auto digest = hex_decode(sha256_hex(text));
    return "'sha256-" + Html::in_base64(*digest) + "'";
}

} // namespace rdpsweep::html
