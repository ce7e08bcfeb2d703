// Decodes a text byte by byte, and keeps where each byte came from.
#include "core/decoded.hpp"

#include "core/encoding.hpp"
#include "core/secret.hpp"
#include "core/unicode.hpp"

#include <utility>

namespace rdpsweep {

namespace {

constexpr bool is_break(char c) {
    return c == '\0' || c == '\r' || c == '\n';
}

constexpr bool is_high(const Escape& escape) {
    return !escape.is_byte && escape.value >= 0xD800 && escape.value <= 0xDBFF;
}

constexpr bool is_low(const Escape& escape) {
    return !escape.is_byte && escape.value >= 0xDC00 && escape.value <= 0xDFFF;
}

// Returns the escape at the beginning of rest; a pair of surrogates is one.
Escape whole_escape(std::string_view rest, EscapeReader reader) {
    auto escape = reader(rest);
    if (escape.length == 0 || !is_high(escape)) return escape;
    const auto second = reader(rest.substr(escape.length));
    if (second.cut) return second;
    if (second.length == 0 || !is_low(second)) return escape;
    escape.value = 0x10000 + ((escape.value - 0xD800) << 10) + (second.value - 0xDC00);
    escape.length += second.length;
    return escape;
}

int base64_value(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+' || c == '-') return 62;
    if (c == '/' || c == '_') return 63;
    return -1;
}

// Puts digits of some bits each together to bytes. A byte comes from every digit that has a bit of
// it; bits that make no whole byte are dropped.
class Digits {
public:
    Digits(Decoded& out, unsigned bits, std::size_t skew) : out_(out), bits_(bits), skew_(skew) {}

    void add(int digit, Origin from) {
        if (passed_ < skew_) {
            ++passed_;
            return;
        }
        held_ = (held_ << bits_) | static_cast<unsigned>(digit);
        if (count_ == 0) first_ = from;
        count_ += bits_;
        if (count_ < 8) return;
        count_ -= 8;
        out_.add(static_cast<char>((held_ >> count_) & 0xFF), {first_.begin, from.end});
        first_ = from; // its other bits belong to the next byte
    }

    [[nodiscard]] bool between_bytes() const noexcept { return count_ == 0; }

    // Ends a run of digits at something else, of which a mark is left.
    void end_run(Origin at) {
        held_ = count_ = 0;
        passed_ = 0;
        if (out_.size() == 0 || out_.bytes().back() != mark) out_.add(mark, at);
    }

private:
    static constexpr char mark = '\x01';

    Decoded& out_;
    unsigned bits_;
    std::size_t skew_;
    std::size_t passed_ = 0;
    unsigned held_ = 0;
    unsigned count_ = 0; // bits held
    Origin first_;
};

} // namespace

Decoded::Decoded(std::string_view source) {
    reserve(source.size());
    for (std::size_t at = 0; at < source.size(); ++at) {
        const auto begin = static_cast<std::uint32_t>(at);
        add(source[at], {begin, begin + 1});
    }
}

Decoded::Decoded(Decoded&& other) noexcept
    : bytes_(std::move(other.bytes_)), from_(std::move(other.from_)) {
    cleanse(other.bytes_);
}

Decoded& Decoded::operator=(Decoded&& other) noexcept {
    if (this == &other) return *this;
    cleanse(bytes_);
    bytes_ = std::move(other.bytes_);
    from_ = std::move(other.from_);
    cleanse(other.bytes_);
    return *this;
}

Decoded::~Decoded() {
    cleanse(bytes_);
}

void Decoded::reserve(std::size_t size) {
    bytes_.reserve(size);
    from_.reserve(size);
}

void Decoded::add(char byte, Origin from) {
    if (is_break(byte)) return;
    bytes_ += byte;
    from_.push_back(from);
}

void Decoded::add(char32_t code, Origin from) {
    std::string encoded;
    append_utf8(encoded, code);
    for (const char byte : encoded)
        add(byte, from);
    cleanse(encoded);
}

std::string without_breaks(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    for (const char byte : bytes)
        if (!is_break(byte)) out += byte;
    return out;
}

std::optional<Decoded> read_escapes(const Decoded& text, EscapeReader reader) {
    Decoded out;
    out.reserve(text.size()); // an escape is longer than what it stands for
    bool changed = false;
    const auto bytes = text.bytes();
    for (std::size_t at = 0; at < bytes.size();) {
        const auto escape = whole_escape(bytes.substr(at), reader);
        changed = changed || escape.cut || escape.length != 0;
        if (escape.cut) break;
        if (escape.length == 0) {
            out.add(bytes[at], text.from(at));
            ++at;
            continue;
        }
        const Origin from{text.from(at).begin, text.from(at + escape.length - 1).end};
        if (escape.is_byte)
            out.add(static_cast<char>(escape.value), from);
        else
            out.add(escape.value, from);
        at += escape.length;
    }
    if (!changed) return {};
    return out;
}

std::optional<Decoded> read_base64(const Decoded& text, std::size_t skew) {
    Decoded out;
    out.reserve(text.size());
    Digits digits(out, 6, skew);
    const auto bytes = text.bytes();
    bool changed = false;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const int digit = base64_value(bytes[at]);
        if (digit >= 0) {
            digits.add(digit, text.from(at));
            changed = true;
        } else if (bytes[at] != ' ' && bytes[at] != '\t') {
            digits.end_run(text.from(at));
        }
    }
    if (!changed) return {};
    return out;
}

std::optional<Decoded> read_hex(const Decoded& text, std::size_t skew) {
    constexpr std::string_view between = " :-,\t";
    Decoded out;
    out.reserve(text.size());
    Digits digits(out, 4, skew);
    const auto bytes = text.bytes();
    bool changed = false;
    std::optional<std::uint32_t> prefix_at;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const bool prefix = digits.between_bytes() && bytes[at] == '0' && at + 1 < bytes.size() &&
                            (bytes[at + 1] == 'x' || bytes[at + 1] == 'X');
        const int digit = hex_value(bytes[at]);
        if (prefix) {
            prefix_at = text.from(at).begin;
            ++at;
        } else if (digit >= 0) {
            const auto from = text.from(at);
            digits.add(digit, {prefix_at.value_or(from.begin), from.end});
            prefix_at.reset();
            changed = true;
        } else if (between.find(bytes[at]) == std::string_view::npos) {
            prefix_at.reset();
            digits.end_run(text.from(at));
        }
    }
    if (!changed) return {};
    return out;
}

} // namespace rdpsweep
