// Files and pipes read whole: within the limit, in memory of their own size, without a trace.
#include "core/growing_buffer.hpp"
#include "core/read_whole.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch.hpp"

#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <thread>
#include <unistd.h>

using namespace rdpsweep;

namespace {

constexpr std::size_t limit = 64u << 20;

// Returns what is read from a pipe, and how: "errno N" or the text.
std::string through_pipe(const std::string& sent, std::size_t most) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    std::thread writer([&sent, end = ends[1]] {
        for (std::size_t at = 0; at < sent.size();) {
            const auto put = write(end, sent.data() + at, sent.size() - at);
            if (put <= 0) break;
            at += static_cast<std::size_t>(put);
        }
        close(end);
    });
    std::string text = "old";
    const int code = read_whole(ends[0], most, text);
    while (code != 0) { // let the writer come to its end
        char rest[4096];
        if (read(ends[0], rest, sizeof rest) <= 0) break;
    }
    close(ends[0]);
    writer.join();
    if (code != 0) CHECK(text.empty());
    return code == 0 ? text : "errno " + std::to_string(code);
}

std::string fill(GrowingBuffer& buffer, std::string_view bytes) {
    const auto room = buffer.room();
    const auto part = bytes.substr(0, room.size());
    std::copy(part.begin(), part.end(), room.begin());
    buffer.filled(part.size());
    return std::string(part);
}

} // namespace

TEST_CASE("read_whole: a file takes as much memory as it has bytes, whatever the limit", "[file]") {
    const Scratch scratch;
    for (const std::size_t size : {0u, 1u, 15u, 16u, 5000u, 300'000u}) {
        const auto path = scratch.file("f", std::string(size, 'x'));
        std::string text = "old";
        REQUIRE(read_whole(path, limit, text) == 0);
        CHECK(text == std::string(size, 'x'));
        CHECK(text.capacity() <= std::max<std::size_t>(size + 1, 4096));
    }
}

TEST_CASE("read_whole: the limit, to the byte", "[file]") {
    const Scratch scratch;
    const auto path = scratch.file("f", "12345");
    std::string text;
    CHECK(read_whole(path, 5, text) == 0);
    CHECK(text == "12345");
    CHECK(read_whole(path, 4, text) == EFBIG);
    CHECK(text.empty());
    CHECK(through_pipe("12345", 5) == "12345");
    CHECK(through_pipe("12345", 4) == "errno " + std::to_string(EFBIG));
    CHECK(through_pipe("", 0).empty());
    CHECK(through_pipe("1", 0) == "errno " + std::to_string(EFBIG));
    CHECK(read_whole(path, std::numeric_limits<std::size_t>::max(), text) == 0);
    CHECK(text == "12345");
}

TEST_CASE("read_whole: what has no size, and what is not there", "[file]") {
    const Scratch scratch;
    std::string sent;
    for (int i = 0; i < 100'000; ++i)
        sent += std::to_string(i);
    CHECK(through_pipe(sent, limit) == sent);
    std::string text;
    REQUIRE(read_whole(std::string("/proc/self/status"), limit, text) == 0); // it says 0 bytes
    CHECK_THAT(text, Catch::StartsWith("Name:"));
    CHECK(read_whole(scratch.path("no"), limit, text) == ENOENT);
    CHECK(read_whole(scratch.path(""), limit, text) == EISDIR);
}

TEST_CASE("read_whole: only what is left of a file counts", "[file]") {
    const Scratch scratch;
    const int file = open(scratch.file("f", "0123456789").c_str(), O_RDONLY);
    REQUIRE(lseek(file, 7, SEEK_SET) == 7);
    std::string text;
    CHECK(read_whole(file, 3, text) == 0);
    CHECK(text == "789");
    close(file);
}

TEST_CASE("growing buffer: doubles from 4 KiB up to the limit and one byte", "[file]") {
    GrowingBuffer buffer(10'000);
    std::string all;
    std::vector<std::size_t> rooms;
    while (!buffer.over()) {
        rooms.push_back(buffer.room().size());
        all += fill(buffer, std::string(20'000, static_cast<char>('a' + rooms.size())));
    }
    CHECK(rooms == std::vector<std::size_t>{4096, 4096, 10'001 - 8192});
    CHECK(buffer.text() == all);
    CHECK(buffer.room().empty());
    CHECK(buffer.take() == all);
    CHECK(buffer.text().empty());
}
