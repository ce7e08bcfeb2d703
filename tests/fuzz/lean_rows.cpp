// The lean rows in what a host printed: as they are, with their checks repaired, and any bytes as
// the document behind rows that are right.
#include "probes/collect/lean_rows.hpp"

#include "core/encoding.hpp"
#include "core/inflate.hpp"
#include "core/text.hpp"
#include "tests/fuzz/target.hpp"

#include <cctype>
#include <cstdio>
#include <string>

namespace {

const std::string nonce = "0123456789abcdef0123456789abcdef";

// A second opinion on the check at a row's end: Fletcher-16, by its definition with sums.
std::string check_of(std::string_view body) {
    unsigned long long low = 0, high = 0;
    for (const char c : body) {
        low += static_cast<unsigned char>(c);
        high += low % 255;
    }
    char digits[8];
    std::snprintf(
        digits,
        sizeof digits,
        "%02x%02x",
        static_cast<unsigned>(high % 255),
        static_cast<unsigned>(low % 255)
    );
    return digits;
}

std::string row_of(std::size_t at, std::string_view characters) {
    char number[8];
    std::snprintf(number, sizeof number, "%03u", static_cast<unsigned>(at % 1000));
    const auto body = number + std::string(characters);
    return "#" + body + check_of(body) + "\n";
}

std::string rows_of(const std::string& json) {
    const auto base64 = rdpsweep::base64_encode(rdpsweep::deflate_raw(json));
    std::string text;
    std::size_t rows = 0;
    for (std::size_t at = 0; at < base64.size(); at += 56)
        text += row_of(rows++, std::string_view(base64).substr(at, 56));
    return text + "#= " + std::to_string(rows) + " " + std::to_string(json.size()) + " " +
           rdpsweep::sha256_hex(json).substr(0, 16) + " " + nonce + "\n";
}

// Puts the right check behind each row, so that a mutation comes through to what reads rows.
std::string repaired(std::string_view text) {
    std::string out;
    for (const auto& line : rdpsweep::split(text, '\n')) {
        const bool row = line.size() > 8 && line[0] == '#' && line[1] != '=';
        out += row ? line.substr(0, line.size() - 4) +
                         check_of(std::string_view(line).substr(1, line.size() - 5)) + "\n"
                   : line + "\n";
    }
    return out;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    for (const auto& output : {text, repaired(text)}) {
        const auto frame = rdpsweep::find_lean_frame(output, nonce);
        if (!frame) {
            must(frame.error().code() == rdpsweep::Errc::malformed_output, "the error's kind");
            continue;
        }
        must(frame->noise.size() <= rdpsweep::max_noise_bytes, "noise is bounded");
        must(rdpsweep::holds_lean_rows(output), "what was read is seen to be there");
        const auto again = rdpsweep::find_lean_frame(rows_of(frame->json), nonce);
        must(again && again->json == frame->json, "read, write, read");
    }
    const auto document = text.substr(0, 2000); // more costs time and shows no more
    const auto frame = rdpsweep::find_lean_frame("C:\\> run\n" + rows_of(document), nonce);
    must(frame && frame->json == document, "rows give their document back");
    must(frame->noise == "C:\\> run\n", "and what was around them");
    return 0;
}
