// Where a report's bytes go: files, links, pipes and descriptors.
#include "scanner/run/report_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

using namespace rdpsweep;
namespace fs = std::filesystem;
using Seen = ReportFile::Seen;

namespace {

void put_bytes(const ReportFile& file, const std::string& text) {
    const Descriptor place(file.place("a report").descriptor);
    REQUIRE(write(place.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

} // namespace

TEST_CASE("report file: seen when it is whole, or at once", "[report]") {
    const Scratch scratch;
    const auto path = scratch.file("report", "old");
    auto whole = ReportFile::open(path, Seen::when_whole);
    REQUIRE(whole);
    put_bytes(*whole, "new");
    CHECK(Scratch::read(path) == "old");
    REQUIRE(whole->publish());
    CHECK(Scratch::read(path) == "new");
    auto live = ReportFile::open(path, Seen::at_once);
    REQUIRE(live);
    CHECK(Scratch::read(path).empty());
    put_bytes(*live, "line");
    CHECK(Scratch::read(path) == "line");
}

TEST_CASE("report file: two live reports of one name do not mix", "[report]") {
    const Scratch scratch;
    const auto path = scratch.path("report");
    auto one = ReportFile::open(path, Seen::at_once);
    auto two = ReportFile::open(path, Seen::at_once);
    REQUIRE(one);
    REQUIRE(two);
    put_bytes(*one, "one\n");
    put_bytes(*two, "two\n");
    put_bytes(*one, "one\n");
    CHECK(Scratch::read(path) == "two\n");
}

TEST_CASE("report file: what a link points to stays as it is", "[report]") {
    const Scratch scratch;
    const auto victim = scratch.file("victim", "keep\n");
    for (const auto seen : {Seen::at_once, Seen::when_whole}) {
        fs::remove(scratch.path("report"));
        fs::create_symlink(victim, scratch.path("report"));
        auto file = ReportFile::open(scratch.path("report"), seen);
        REQUIRE(file);
        put_bytes(*file, "new");
        REQUIRE(file->publish());
        CHECK(Scratch::read(victim) == "keep\n");
        CHECK(Scratch::read(scratch.path("report")) == "new");
    }
}

TEST_CASE("report file: a descriptor is written to where it stands", "[report]") {
    const Scratch scratch;
    const auto path = scratch.file("behind", "head\n");
    const Descriptor open(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    const auto number = std::to_string(open.get());
    fs::create_symlink("/proc/self/fd/" + number, scratch.path("link"));
    CHECK_FALSE(ReportFile::open("/dev/fd/" + number + "x", Seen::when_whole));
    const auto self = std::to_string(getpid());
    for (const auto& name :
         {"/dev/fd/" + number,
          "/proc/self/fd/" + number,
          "/proc/" + self + "/fd/" + number,
          scratch.path("link")}) {
        INFO(name);
        auto file = ReportFile::open(name, Seen::when_whole);
        REQUIRE(file);
        put_bytes(*file, "more\n");
        REQUIRE(file->publish());
    }
    CHECK(Scratch::read(path) == "head\nmore\nmore\nmore\nmore\n");
    CHECK_FALSE(ReportFile::open("/dev/fd/9999", Seen::when_whole));
}

TEST_CASE("report file: a device and a pipe are written to, a folder is none", "[report]") {
    const Scratch scratch;
    CHECK(ReportFile::open("/dev/null", Seen::when_whole));
    CHECK(fs::is_character_file("/dev/null"));
    const auto pipe = scratch.path("pipe");
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    const Descriptor reader(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    auto file = ReportFile::open(pipe, Seen::at_once);
    REQUIRE(file);
    put_bytes(*file, "through");
    char text[16];
    CHECK(read(reader.get(), text, sizeof text) == 7);
    CHECK(fs::is_fifo(pipe));
    // What nobody can write to is no FIFO that waits for its reader.
    const auto socket_path = scratch.path("socket");
    const Descriptor end(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    REQUIRE(socket_path.size() < sizeof name.sun_path);
    socket_path.copy(name.sun_path, socket_path.size());
    REQUIRE(::bind(end.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
    CHECK_FALSE(ReportFile::open(socket_path, Seen::at_once));
    const auto folder = ReportFile::open(scratch.path(""), Seen::when_whole);
    REQUIRE_FALSE(folder);
    CHECK_THAT(std::string(folder.error().detail()), Catch::Contains("directory"));
}
