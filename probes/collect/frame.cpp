// Frame search in a host's raw output.
#include "probes/collect/frame.hpp"

#include "core/digest.hpp"
#include "core/json_document.hpp"
#include "probes/collect/lean_rows.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

namespace rdpsweep {
namespace {

constexpr std::string_view marker = "RDPSWEEP1 ";
constexpr std::size_t max_nonce_bytes = 128;
constexpr std::size_t max_length_digits = 8; // below 100 MB; transports stop far earlier

struct Header {
    std::string_view nonce;
    std::size_t length = 0;
    std::uint32_t crc = 0;
    std::size_t begin = 0; // of the marker
    std::size_t body = 0;  // of the JSON
};

Error malformed(std::string native, std::string detail) {
    return Error(Phase::decode, Errc::malformed_output, std::move(detail))
        .with_native(std::move(native));
}

// Returns the text before the next space, which is consumed too; nothing when there is none within
// limit.
std::optional<std::string_view> take_word(std::string_view& rest, std::size_t limit) {
    const auto space = rest.substr(0, limit + 1).find(' ');
    if (space == std::string_view::npos || space == 0) return std::nullopt;
    const auto word = rest.substr(0, space);
    rest.remove_prefix(space + 1);
    return word;
}

template <class Number>
bool parse_number(std::string_view word, int base, Number& number) {
    const auto* end = word.data() + word.size();
    const auto result = std::from_chars(word.data(), end, number, base);
    return result.ec == std::errc() && result.ptr == end;
}

// The marker alone proves nothing: a console may echo the script that contains it.
std::optional<Header> parse_header(std::string_view output, std::size_t begin) {
    std::string_view rest = output.substr(begin + marker.size());
    Header header;
    header.begin = begin;
    const auto nonce = take_word(rest, max_nonce_bytes);
    const auto length = nonce ? take_word(rest, max_length_digits) : std::nullopt;
    const auto crc = length ? take_word(rest, 8) : std::nullopt;
    if (!crc || crc->size() != 8) return std::nullopt;
    if (!parse_number(*length, 10, header.length)) return std::nullopt;
    if (!parse_number(*crc, 16, header.crc)) return std::nullopt;
    header.nonce = *nonce;
    header.body = output.size() - rest.size();
    return header;
}

std::string noise_around(std::string_view output, std::size_t begin, std::size_t end) {
    std::string noise(output.substr(0, begin).substr(0, max_noise_bytes));
    std::string_view after = output.substr(end);
    while (!after.empty() && (after.front() == '\r' || after.front() == '\n')) {
        after.remove_prefix(1);
    }
    noise.append(after.substr(0, max_noise_bytes - noise.size()));
    return noise;
}

bool is_cut_header(std::string_view rest, std::string_view nonce) noexcept {
    constexpr std::size_t longest = max_length_digits + 10; // "<length> <crc32> "
    return rest.starts_with(nonce) && rest.size() - nonce.size() <= longest;
}

struct Candidates {
    std::vector<Header> ours;
    bool foreign = false; // a frame of another run: a stale answer, or somebody guessing
    bool cut = false;     // our marker and nonce, but the output ends within the header
};

Candidates scan(std::string_view output, std::string_view nonce) {
    Candidates found;
    std::size_t at = output.find(marker);
    while (at != std::string_view::npos && found.ours.size() < 2) {
        std::size_t next = at + marker.size();
        if (const auto header = parse_header(output, at)) {
            if (header->nonce == nonce) {
                found.ours.push_back(*header);
                // What is inside a frame is data of the VM's, not another frame.
                if (header->length <= output.size() - header->body) {
                    next = header->body + header->length;
                }
            } else {
                found.foreign = true;
            }
        } else if (is_cut_header(output.substr(next), nonce)) {
            found.cut = true;
        }
        at = output.find(marker, next);
    }
    return found;
}

} // namespace

Result<Frame> find_frame(std::string_view output, std::string_view nonce) {
    const Candidates found = scan(output, nonce);
    if (found.ours.size() > 1) {
        return malformed("two-frames", "the collector's answer holds more than one frame");
    }
    if (found.ours.empty()) {
        if (holds_lean_rows(output)) return find_lean_frame(output, nonce);
        if (found.cut) return malformed("truncated", "the output ends within the frame's header");
        if (found.foreign) {
            return malformed("wrong-nonce", "the frame in the answer belongs to another run");
        }
        return malformed("no-frame", "the collector's answer holds no frame");
    }
    const Header& header = found.ours.front();
    const std::size_t present = output.size() - header.body;
    if (present < header.length) {
        return malformed(
            "truncated",
            "the frame was cut off: " + std::to_string(present) + " of " +
                std::to_string(header.length) + " bytes arrived"
        );
    }
    const std::string_view json = output.substr(header.body, header.length);
    if (crc32(json) != header.crc) {
        return malformed("crc-mismatch", "the frame was damaged on its way: its CRC-32 differs");
    }
    Frame frame;
    frame.json.reserve(json.size() + json_room); // it is read where it stands
    frame.json = json;
    frame.noise = noise_around(output, header.begin, header.body + header.length);
    return frame;
}

} // namespace rdpsweep
