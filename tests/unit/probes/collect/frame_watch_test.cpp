// Tests of the watch for a frame's end, as output comes byte by byte and piece by piece.
#include "core/digest.hpp"
#include "probes/collect/frame_watch.hpp"
#include "tests/support/catch.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>

using namespace rdpsweep;

namespace {

const std::string nonce = "00112233445566778899aabbccddeeff";

std::string frame_of(std::string_view json, std::string_view with_nonce = nonce) {
    char crc[9];
    std::snprintf(crc, sizeof crc, "%08x", crc32(json));
    return "RDPSWEEP1 " + std::string(with_nonce) + " " + std::to_string(json.size()) + " " + crc +
           " " + std::string(json);
}

// Returns at which byte the output was called whole for the first time; 0: never. In pieces of
// that size.
std::size_t whole_at(const std::string& output, std::size_t piece) {
    FrameWatch watch(nonce);
    for (std::size_t size = 0; size < output.size();) {
        size = std::min(output.size(), size + piece);
        if (watch(std::string_view(output).substr(0, size))) return size;
    }
    return 0;
}

} // namespace

TEST_CASE("frame watch: the frame's last byte is the end, however it comes", "[collect]") {
    const auto before = "motd RDPSWEEP1 $nonce\r\n" + frame_of("{}", "deadbeef") + "\n";
    const auto frame = frame_of(R"({"a":" )" + nonce + R"( "})");
    const auto output = before + frame + "\nand more noise";
    CHECK(whole_at(output, 1) == before.size() + frame.size());
    CHECK(whole_at(output, output.size()) == output.size());
    for (std::size_t piece = 2; piece < 60; ++piece) {
        const auto exact = before.size() + frame.size();
        const auto rounded = std::min((exact + piece - 1) / piece * piece, output.size());
        CHECK(whole_at(output, piece) == rounded);
    }
}

TEST_CASE("frame watch: a frame that is cut, damaged or another's is never whole", "[collect]") {
    const auto frame = frame_of(R"({"a":1})");
    CHECK(whole_at(frame.substr(0, frame.size() - 1), 1) == 0);
    auto damaged = frame;
    damaged[damaged.size() - 2] = '2';
    CHECK(whole_at(damaged + "\n" + frame, 1) == 0); // find_frame() refuses the two as well
    CHECK(whole_at(frame_of("{}", "deadbeef"), 1) == 0);
    CHECK(whole_at("RDPSWEEP1 " + nonce + " x 00000000 {}", 1) == 0);
    CHECK(whole_at("RDPSWEEP1 " + nonce + " 123456789 00000000 {}", 1) == 0);
}

TEST_CASE("frame watch: a header that is none hides no frame behind it", "[collect]") {
    const auto echoed = "RDPSWEEP1 " + nonce + " $length\n";
    const auto frame = frame_of("{}");
    CHECK(whole_at(echoed + frame, 1) == echoed.size() + frame.size());
}

TEST_CASE("frame watch: a host that repeats our nonce without end is looked at once", "[collect]") {
    std::string output;
    for (int i = 0; i < 20000; ++i)
        output += "#= 1 2 0123456789abcdef " + nonce + "\n";
    CHECK(whole_at(output, 16u << 10) == 0);
    CHECK(whole_at(output + frame_of("{}"), 16u << 10) == 0);
}

TEST_CASE("frame watch: the lean profile's last row is the end", "[collect]") {
    std::ifstream file(RDPSWEEP_SOURCE_DIR "/tests/golden/lean/healthy-2019.txt");
    std::stringstream text;
    text << file.rdbuf();
    auto rows = text.str();
    while (rows.ends_with('\n'))
        rows.pop_back();
    FrameWatch watch("0123456789abcdef0123456789abcdef");
    CHECK_FALSE(watch(rows.substr(0, rows.size() - 1)));
    CHECK_FALSE(watch(rows)); // its line may go on
    CHECK(watch(rows + "\n"));
    CHECK(watch(rows + "\nnoise"));
}
