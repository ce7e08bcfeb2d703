// The frame in what a host printed; and any bytes in a frame whose checksum is right.
#include "probes/collect/frame.hpp"

#include "core/digest.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>
#include <cstdio>
#include <string>

namespace {

constexpr std::string_view nonce = "0123456789abcdef";

std::string framed(std::string_view json) {
    char head[64];
    std::snprintf(
        head,
        sizeof head,
        "RDPSWEEP1 0123456789abcdef %zu %08x ",
        json.size(),
        static_cast<unsigned>(rdpsweep::crc32(json))
    );
    return head + std::string(json);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto found = rdpsweep::find_frame(text, nonce);
    if (found) {
        must(found->noise.size() <= rdpsweep::max_noise_bytes, "noise is bounded");
        must(found->json.size() <= size, "a document is no longer than what was printed");
        // What was understood can be written and is understood again, now without noise.
        const auto again = rdpsweep::find_frame(framed(found->json), nonce);
        must(again && again->json == found->json && again->noise.empty(), "read, write, read");
        const auto other = rdpsweep::find_frame(text, "another");
        must(!other, "a frame has one nonce");
    } else {
        must(found.error().code() == rdpsweep::Errc::malformed_output, "the error's kind");
        must(!found.error().native().empty(), "the error says which");
    }
    // The mutations end at the checksum; so they are the document, too.
    const auto whole = framed(text);
    const auto whole_found = rdpsweep::find_frame("motd\r\n" + whole + "\r\nbye", nonce);
    must(whole_found && whole_found->json == text, "a frame gives its bytes back");
    must(whole_found->noise == "motd\r\nbye", "and what was around it");
    if (size == 0) return 0;
    must(!rdpsweep::find_frame(whole.substr(0, whole.size() - 1), nonce), "one byte is missing");
    auto damaged = whole;
    damaged.back() ^= 1;
    must(!rdpsweep::find_frame(damaged, nonce), "one bit is wrong");
    return 0;
}
