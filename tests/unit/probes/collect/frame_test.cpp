// Tests of the search for a frame in what a host printed.
#include "core/digest.hpp"
#include "probes/collect/frame.hpp"
#include "tests/support/catch.hpp"

#include <cstdio>

using namespace rdpsweep;

namespace {

const std::string nonce = "00112233445566778899aabbccddeeff";

std::string frame_of(std::string_view json, std::string_view with_nonce = nonce) {
    char crc[9];
    std::snprintf(crc, sizeof crc, "%08x", crc32(json));
    return "RDPSWEEP1 " + std::string(with_nonce) + " " + std::to_string(json.size()) + " " + crc +
           " " + std::string(json) + "\n";
}

std::string failure(std::string_view output) {
    const auto frame = find_frame(output, nonce);
    REQUIRE_FALSE(frame);
    CHECK(frame.error().phase() == Phase::decode);
    CHECK(frame.error().code() == Errc::malformed_output);
    return std::string(frame.error().native());
}

} // namespace

TEST_CASE("frame: the JSON is found alone and amid noise", "[collect]") {
    const auto alone = find_frame(frame_of(R"({"a":1})"), nonce);
    REQUIRE(alone);
    CHECK(alone->json == R"({"a":1})");
    CHECK(alone->noise.empty());
    const auto amid = find_frame("motd \xff\r\n" + frame_of("{}") + "\r\nbye", nonce);
    REQUIRE(amid);
    CHECK(amid->json == "{}");
    CHECK(amid->noise == "motd \xff\r\nbye");
}

TEST_CASE("frame: what a frame contains is data, even if it looks like a frame", "[collect]") {
    const auto frame = find_frame(frame_of("{\"x\":\"" + frame_of("{}") + "\"}"), nonce);
    REQUIRE(frame);
    CHECK(frame->json.size() > 60);
}

TEST_CASE("frame: an echoed script is noise", "[collect]") {
    const auto frame =
        find_frame("$line = \"RDPSWEEP1 $nonce $($json.Length)\"\n" + frame_of("{}"), nonce);
    REQUIRE(frame);
    CHECK(frame->json == "{}");
}

TEST_CASE("frame: a frame of another run does not hide ours", "[collect]") {
    const auto frame = find_frame(frame_of(R"({"old":1})", "deadbeef") + frame_of("{}"), nonce);
    REQUIRE(frame);
    CHECK(frame->json == "{}");
}

TEST_CASE("frame: noise is bounded", "[collect]") {
    const auto frame =
        find_frame(std::string(100'000, 'x') + frame_of("{}") + std::string(100'000, 'y'), nonce);
    REQUIRE(frame);
    CHECK(frame->noise.size() == max_noise_bytes);
}

TEST_CASE("frame: the ways to be wrong are told apart", "[collect]") {
    const std::string good = frame_of(R"({"schema":"facts/1"})");
    CHECK(failure("") == "no-frame");
    CHECK(failure("RDPSWEEP1 ") == "no-frame");
    CHECK(failure("RDPSWEEP2 " + nonce + " 2 00000000 {}") == "no-frame");
    CHECK(failure("RDPSWEEP1 " + nonce + " -2 00000000 {}" + std::string(40, ' ')) == "no-frame");
    CHECK(failure("RDPSWEEP1 " + nonce + " 2 0000000g {}" + std::string(40, ' ')) == "no-frame");
    CHECK(failure(frame_of("{}", "deadbeef")) == "wrong-nonce");
    CHECK(failure(good.substr(0, good.size() - 5)) == "truncated");
    CHECK(failure(good.substr(0, nonce.size() + 14)) == "truncated");
    CHECK(failure(good + good) == "two-frames");
    std::string damaged = good;
    damaged[damaged.size() - 4] = 'X';
    CHECK(failure(damaged) == "crc-mismatch");
}

TEST_CASE("frame: any cut of an answer is an error, never a wrong answer", "[collect]") {
    const std::string good = "noise\n" + frame_of(R"({"schema":"facts/1","os":{"build":17763}})");
    for (std::size_t size = 0; size + 1 < good.size(); ++size) {
        CHECK_FALSE(find_frame(std::string_view(good).substr(0, size), nonce));
    }
}
