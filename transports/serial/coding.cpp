// Encodes lines so that no key follows its equal, and reads coded rows off a screen.
#include "transports/serial/coding.hpp"

#include "core/inflate.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace rdpsweep::serial {

namespace {

constexpr std::string_view symbols =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-/";
static_assert(symbols.size() == 65);

constexpr unsigned line_values = 56; // with '#', number and check 61 columns
constexpr std::size_t line_bytes = line_values / 4 * 3;
constexpr std::size_t letters_a_line = 60;
constexpr std::size_t row_text = 56;
constexpr std::size_t check_digits = 4;
constexpr std::size_t hash_digits = 16;

struct Fletcher {
    unsigned low = 0, high = 0;

    void add(unsigned value) noexcept {
        low = (low + value) % 255;
        high = (high + low) % 255;
    }
};

std::optional<std::size_t> number(std::string_view text) {
    std::size_t value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || text.empty()) return {};
    return value;
}

void add_bytes(std::string_view bytes, std::vector<std::uint8_t>& values) {
    const auto at = [&bytes](std::size_t i) {
        return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u;
    };
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const unsigned group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
        for (const unsigned shift : {18u, 12u, 6u, 0u})
            values.push_back(static_cast<std::uint8_t>(group >> shift & 63u));
    }
}

std::uint8_t line_number(std::size_t number) {
    return static_cast<std::uint8_t>(number % 64);
}

} // namespace

std::string_view alphabet() noexcept {
    return symbols;
}

std::string coded_line(const std::vector<std::uint8_t>& values) {
    std::string line = "#";
    std::size_t place = 0;
    const auto put = [&line, &place](unsigned value) {
        place = (place + 1 + value) % symbols.size();
        line += symbols[place];
    };
    Fletcher check;
    for (const auto value : values) {
        check.add(value);
        put(value);
    }
    const unsigned sum = check.high * 256 + check.low;
    for (const unsigned shift : {12u, 6u, 0u})
        put(sum >> shift & 63u);
    return line;
}

std::vector<std::string> transfer_lines(std::string_view text, std::size_t first) {
    const auto packed = deflate_raw(text);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < packed.size(); at += line_bytes) {
        std::vector<std::uint8_t> values{line_number(first + lines.size())};
        add_bytes(std::string_view(packed).substr(at, line_bytes), values);
        lines.push_back(coded_line(values));
    }
    lines.push_back(coded_line({line_number(first + lines.size())}));
    return lines;
}

std::vector<std::string> letter_lines(std::string_view text) {
    std::vector<std::string> lines;
    std::string line = "#";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        line += static_cast<char>('A' + (byte >> 4));
        line += static_cast<char>('a' + (byte & 15));
        if (line.size() <= letters_a_line) continue;
        lines.push_back(std::move(line));
        line = "#";
    }
    if (line.size() > 1) lines.push_back(std::move(line));
    return lines;
}

std::string stripped(std::string_view powershell) {
    std::string text;
    for (const auto& line : split(powershell, '\n')) {
        const auto kept = trim(line);
        if (kept.empty() || kept.starts_with('#')) continue;
        text.append(kept).push_back('\n');
    }
    return text;
}

std::string page_answer(std::size_t page, std::uint32_t rows) {
    std::vector<std::uint8_t> values{line_number(page)};
    for (const unsigned shift : {18u, 12u, 6u, 0u})
        values.push_back(static_cast<std::uint8_t>(rows >> shift & 63u));
    return coded_line(values);
}

std::optional<PageRow> read_page_row(std::string_view line) {
    constexpr std::size_t least = 1 + 2 + check_digits + 1;
    if (line.size() < least || line.front() != '~' || line.back() != '~') return {};
    const auto body = line.substr(1, line.size() - 2 - check_digits);
    if (body.size() > 2 + row_text) return {};
    Fletcher check;
    for (const char c : body)
        check.add(static_cast<unsigned char>(c));
    char digits[16];
    std::snprintf(digits, sizeof digits, "%02x%02x", check.high, check.low);
    if (line.substr(1 + body.size(), check_digits) != std::string_view(digits)) return {};
    const char page = body[0];
    const char row = body[1];
    if (page < 'A' || page > 'Z') return {};
    PageRow found{page, row == '=' ? -1 : row - 'a', std::string(body.substr(2))};
    if (found.row < -1 || found.row > 19) return {};
    return found;
}

std::optional<PageEnd> read_page_end(const PageRow& row) {
    const std::string_view text = row.text;
    if (row.row != -1 || text.size() != 2 + 1 + 6 + hash_digits) return {};
    const auto rows = number(text.substr(0, 2));
    const auto bytes = number(text.substr(3, 6));
    if (!rows || !bytes || *rows > 20) return {};
    return PageEnd{static_cast<int>(*rows), text[2] == '1', *bytes, std::string(text.substr(9))};
}

} // namespace rdpsweep::serial
