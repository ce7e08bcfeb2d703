// Writes the text of each kind of value, byte for byte as the JSON library would.
#include "core/json_text.hpp"

#include "core/terminal_text.hpp"
#include "core/unicode.hpp"

#include <array>
#include <charconv>

namespace rdpsweep {

namespace {

// RFC 8259 section 7.
constexpr bool stands_as_it_is(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
}

void escape(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
    case '"':
        out += "\\\"";
        return;
    case '\\':
        out += "\\\\";
        return;
    case '\b':
        out += "\\b";
        return;
    case '\f':
        out += "\\f";
        return;
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    default:
        break;
    }
    if (static_cast<unsigned char>(c) >= 0x20) {
        out += c;
        return;
    }
    out += "\\u00";
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
}

template <class Number>
void append_number(std::string& out, Number value) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

} // namespace

void JsonText::begin_value() {
    // After a key its value follows; else it is an element.
    if (!out_.empty() && out_.back() == ':') return;
    if (!first_) out_ += ',';
    first_ = false;
}

JsonText& JsonText::open_object() {
    begin_value();
    out_ += '{';
    first_ = true;
    return *this;
}

JsonText& JsonText::close_object() {
    out_ += '}';
    first_ = false;
    return *this;
}

JsonText& JsonText::open_array() {
    begin_value();
    out_ += '[';
    first_ = true;
    return *this;
}

JsonText& JsonText::close_array() {
    out_ += ']';
    first_ = false;
    return *this;
}

JsonText& JsonText::key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return *this;
}

JsonText& JsonText::name(std::string_view quoted) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += quoted;
    out_ += ':';
    return *this;
}

JsonText& JsonText::text(std::string_view value) {
    begin_value();
    out_ += '"';
    std::size_t plain = 0;
    while (plain < value.size() && stands_as_it_is(value[plain]))
        ++plain;
    out_.append(value.substr(0, plain));
    if (plain < value.size()) {
        const auto from = out_.size();
        for (const char c : to_valid_utf8(value.substr(plain)))
            escape(out_, c);
        escape_for_display(out_, from);
    }
    out_ += '"';
    first_ = false;
    return *this;
}

JsonText& JsonText::number(std::uint64_t value) {
    begin_value();
    append_number(out_, value);
    first_ = false;
    return *this;
}

JsonText& JsonText::number(std::int64_t value) {
    begin_value();
    append_number(out_, value);
    first_ = false;
    return *this;
}

JsonText& JsonText::null() {
    return raw("null");
}

JsonText& JsonText::raw(std::string_view json) {
    begin_value();
    const auto from = out_.size();
    out_ += json;
    escape_for_display(out_, from);
    first_ = false;
    return *this;
}

} // namespace rdpsweep
