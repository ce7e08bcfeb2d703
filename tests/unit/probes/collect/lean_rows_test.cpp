// Tests of the lean framing. The golden file is what the collector printed on a PowerShell engine.
#include "core/inflate.hpp"
#include "core/text.hpp"
#include "probes/collect/decode.hpp"
#include "probes/collect/lean_rows.hpp"
#include "tests/support/catch.hpp"

#include <fstream>
#include <sstream>
#include <vector>
#include <zlib.h>

using namespace rdpsweep;

namespace {

const std::string nonce = "0123456789abcdef0123456789abcdef";

std::string golden() {
    std::ifstream file(RDPSWEEP_SOURCE_DIR "/tests/golden/lean/healthy-2019.txt");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> golden_rows() {
    auto rows = split(golden(), '\n');
    while (rows.back().empty())
        rows.pop_back();
    return rows;
}

std::string join(const std::vector<std::string>& rows, std::string_view end = "\n") {
    std::string text;
    for (const auto& row : rows)
        text.append(row).append(end);
    return text;
}

std::string failure(const std::string& output) {
    const auto frame = find_frame(output, nonce);
    REQUIRE_FALSE(frame);
    CHECK(frame.error().code() == Errc::malformed_output);
    return std::string(frame.error().native());
}

std::string deflated(const std::string& text) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

} // namespace

TEST_CASE("lean rows: what the collector printed is found and decodes", "[collect]") {
    const auto frame = find_frame(golden(), nonce);
    REQUIRE(frame);
    CHECK(frame->noise.empty());
    const auto facts = decode_facts(frame->json, "run-command", 1'790'000'000);
    REQUIRE(facts);
    CHECK(facts->os->build == 17763);
    CHECK(facts->rdp_certificate->store.size() == 1);
    CHECK(facts->why_unread("/evt")->code == "lean");
}

TEST_CASE("lean rows: order, noise, line ends and repeated rows do not matter", "[collect]") {
    const auto plain = find_frame(golden(), nonce);
    REQUIRE(plain);
    auto rows = golden_rows();
    std::swap(rows.at(1), rows.at(4));
    rows.push_back(rows.at(2));
    rows.insert(rows.begin(), "C:\\Windows\\system32>powershell");
    const auto mixed = find_frame(join(rows, " \r\n"), nonce);
    REQUIRE(mixed);
    CHECK(mixed->json == plain->json);
    CHECK(mixed->noise == "C:\\Windows\\system32>powershell\n");
}

TEST_CASE("lean rows: every row lost or damaged is noticed", "[collect]") {
    const auto rows = golden_rows();
    for (std::size_t at = 0; at < rows.size(); ++at) {
        CAPTURE(at);
        auto lost = rows;
        lost.erase(lost.begin() + static_cast<std::ptrdiff_t>(at));
        CHECK(failure(join(lost)) == (at + 1 == rows.size() ? "no-frame" : "truncated"));
        auto damaged = rows;
        auto& c = damaged[at][6];
        c = c == 'A' ? 'B' : 'A';
        CHECK_FALSE(find_frame(join(damaged), nonce));
    }
}

TEST_CASE("lean rows: only the tail arrived", "[collect]") {
    const auto text = golden();
    CHECK(failure(text.substr(text.size() / 2)) == "truncated");
}

TEST_CASE("lean rows: another run's answer is not ours, two answers are none", "[collect]") {
    auto rows = golden_rows();
    auto& last = rows.back();
    last.replace(last.size() - nonce.size(), nonce.size(), std::string(nonce.size(), 'f'));
    CHECK(failure(join(rows)) == "wrong-nonce");
    CHECK(failure(golden() + golden()) == "two-frames");
}

TEST_CASE("lean rows: a document that unpacks to more than it said is refused", "[collect]") {
    const std::string bomb(10'000'000, 'x');
    CHECK_FALSE(inflate_raw(deflated(bomb), 1000));
    CHECK(inflate_raw(deflated("abc"), 3) == "abc");
    CHECK_FALSE(inflate_raw(deflated("abc"), 2));
    CHECK_FALSE(inflate_raw(deflated("abc") + "x", 3));
    CHECK_FALSE(inflate_raw(deflated(bomb).substr(0, 50), bomb.size()));
    CHECK_FALSE(inflate_raw("", 10));
}
