// Gathers rows, wherever the way has put them, and proves the whole.
#include "probes/collect/lean_rows.hpp"

#include "core/digest.hpp"
#include "core/encoding.hpp"
#include "core/inflate.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {
namespace {

constexpr std::string_view last_mark = "#= ";
constexpr std::size_t widest = 1008;
constexpr std::size_t most_rows = 1000; // three digits
constexpr std::size_t hash_digits = 16;

struct LastRow {
    std::size_t rows = 0;
    std::size_t length = 0;
    std::string hash;
    std::string nonce;
};

struct Rows {
    std::array<std::optional<std::string>, most_rows> payload;
    std::optional<LastRow> ours;
    bool foreign = false; // a last row of another run
    bool twice = false;   // two different rows of one number, or two last rows
    std::string noise;
};

Error malformed(std::string native, std::string detail) {
    return Error(Phase::decode, Errc::malformed_output, std::move(detail))
        .with_native(std::move(native));
}

std::optional<std::size_t> number(std::string_view text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) return {};
    return value;
}

// Returns RFC 1146's Fletcher checksum, 8-bit form: both sums modulo 255.
std::string fletcher(std::string_view text) {
    unsigned low = 0;
    unsigned high = 0;
    for (const char c : text) {
        low = (low + static_cast<unsigned char>(c)) % 255;
        high = (high + low) % 255;
    }
    char digits[8];
    std::snprintf(digits, sizeof digits, "%02x%02x", high, low);
    return digits;
}

std::optional<LastRow> read_last(std::string_view line) {
    if (!line.starts_with(last_mark)) return {};
    const auto words = split(line.substr(last_mark.size()), ' ');
    if (words.size() != 4 || words[2].size() != hash_digits) return {};
    const auto rows = number(words[0]);
    const auto length = number(words[1]);
    if (!rows || !length || *rows > most_rows || *length > limits::stdout_bytes) return {};
    return LastRow{*rows, *length, words[2], words[3]};
}

// Returns the place of a row that is whole, else nothing.
std::optional<std::size_t> row_number(std::string_view line) {
    constexpr std::size_t least = 1 + 3 + 1 + 4;
    if (line.size() < least || line.size() > widest || line.front() != '#') return {};
    const auto body = line.substr(1, line.size() - 5);
    if (fletcher(body) != line.substr(line.size() - 4)) return {};
    return number(body.substr(0, 3));
}

void note_last(Rows& rows, LastRow last, std::string_view nonce) {
    if (last.nonce != nonce) {
        rows.foreign = true;
        return;
    }
    rows.twice = rows.twice || rows.ours.has_value();
    rows.ours = std::move(last);
}

void note_line(Rows& rows, std::string_view line, std::string_view nonce) {
    line = trim(line);
    if (auto last = read_last(line)) return note_last(rows, *std::move(last), nonce);
    const auto at = row_number(line);
    if (!at) {
        if (rows.noise.size() + line.size() < max_noise_bytes && !line.empty()) {
            rows.noise.append(line).push_back('\n');
        }
        return;
    }
    auto& place = rows.payload[*at];
    const auto text = line.substr(4, line.size() - 8);
    rows.twice = rows.twice || (place && *place != text);
    place = std::string(text);
}

Rows gather(std::string_view output, std::string_view nonce) {
    Rows rows;
    while (!output.empty()) {
        const auto end = output.find('\n');
        note_line(rows, output.substr(0, end), nonce);
        output.remove_prefix(end == std::string_view::npos ? output.size() : end + 1);
    }
    return rows;
}

Result<std::string> joined(const Rows& rows) {
    std::string base64;
    std::size_t missing = 0;
    for (std::size_t at = 0; at < rows.ours->rows; ++at) {
        if (rows.payload[at]) base64 += *rows.payload[at];
        if (!rows.payload[at]) ++missing;
    }
    if (missing == 0) return base64;
    return malformed(
        "truncated",
        std::to_string(missing) + " of " + std::to_string(rows.ours->rows) +
            " rows of the answer are missing or damaged"
    );
}

Result<std::string> document(const Rows& rows) {
    auto base64 = joined(rows);
    if (!base64) return base64;
    const auto packed = base64_decode(*base64);
    auto json = packed ? inflate_raw(*packed, rows.ours->length) : std::nullopt;
    const bool proven =
        json && json->size() == rows.ours->length && sha256_hex(*json).starts_with(rows.ours->hash);
    if (!proven) return malformed("hash-mismatch", "the answer was damaged on its way");
    return *std::move(json);
}

} // namespace

bool holds_lean_rows(std::string_view output) {
    for (auto at = output.find(last_mark); at != std::string_view::npos;
         at = output.find(last_mark, at + 1)) {
        const auto line = output.substr(at, output.find('\n', at) - at);
        if (read_last(trim(line))) return true;
    }
    return false;
}

Result<Frame> find_lean_frame(std::string_view output, std::string_view nonce) {
    const Rows rows = gather(output, nonce);
    if (!rows.ours) {
        if (rows.foreign) return malformed("wrong-nonce", "the answer belongs to another run");
        return malformed("no-frame", "the collector's answer has no last row");
    }
    if (rows.twice) return malformed("two-frames", "the answer holds more than one set of rows");
    auto json = document(rows);
    if (!json) return std::move(json).error();
    return Frame{*std::move(json), rows.noise};
}

} // namespace rdpsweep
