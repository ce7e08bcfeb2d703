// Tells the encodings apart by their marks, and UTF-16 without one by its NULs.
#include "scanner/inventory/text_encoding.hpp"

#include "core/unicode.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace rdpsweep {

namespace {

using namespace std::string_view_literals;

enum class Encoding : std::uint8_t { utf8, utf16_le, utf16_be, utf32 };

struct Spotted {
    Encoding encoding = Encoding::utf8;
    std::size_t mark = 0; // bytes of it
};

// Tells UTF-16 by its NULs: no other text has any, and where it is ASCII every second byte is one.
Encoding without_mark(std::string_view text) {
    constexpr std::size_t sample = 4096;
    const auto head = text.substr(0, sample);
    std::size_t nuls[2] = {0, 0};
    for (std::size_t i = 0; i < head.size(); ++i) {
        if (head[i] == '\0') ++nuls[i % 2];
    }
    const auto most = std::max(nuls[0], nuls[1]);
    const bool wide = head.size() > 3 && most * 4 >= head.size() && nuls[0] != nuls[1];
    if (!wide) return Encoding::utf8;
    return nuls[1] > nuls[0] ? Encoding::utf16_le : Encoding::utf16_be;
}

Spotted find_encoding(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF"sv)) return {Encoding::utf8, 3};
    // The mark of UTF-32 begins as that of UTF-16 does.
    if (text.starts_with("\xFF\xFE\0\0"sv) || text.starts_with("\0\0\xFE\xFF"sv)) {
        return {Encoding::utf32, 4};
    }
    if (text.starts_with("\xFF\xFE"sv)) return {Encoding::utf16_le, 2};
    if (text.starts_with("\xFE\xFF"sv)) return {Encoding::utf16_be, 2};
    return {without_mark(text), 0};
}

void swap_bytes(std::string& text) {
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        std::swap(text[i], text[i + 1]);
}

} // namespace

Complaint decode_text(std::string& text) {
    const auto [encoding, mark] = find_encoding(text);
    if (encoding == Encoding::utf32) return Mistake{"the text is UTF-32", "save it as UTF-8"};
    text.erase(0, mark);
    if (encoding == Encoding::utf8) return {};
    if (text.size() % 2 != 0) {
        return Mistake{
            "the text is UTF-16 and ends in the middle of a character",
            "the file is damaged; write it again, best as UTF-8"};
    }
    if (encoding == Encoding::utf16_be) swap_bytes(text);
    text = utf16le_to_utf8(text);
    return {};
}

} // namespace rdpsweep
