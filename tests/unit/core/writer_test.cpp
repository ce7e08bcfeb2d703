// An output that is slow, or gone, or was never there, costs only what is written to it.
#include "core/writer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch.hpp"

#include <array>
#include <fcntl.h>
#include <future>
#include <pty.h>
#include <termios.h>

using namespace rdpsweep;
using namespace std::chrono_literals;

namespace {

constexpr auto at_once = Writer::Duration::zero();
constexpr auto forever = Writer::Duration::max();

struct Pipe {
    Pipe() { REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0); }

    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    ~Pipe() { close_reader(); }

    void close_reader() {
        if (ends[0] >= 0) ::close(ends[0]);
        ends[0] = -1;
    }

    // The writing end becomes the writer's.
    [[nodiscard]] OutputPlace place() const { return {"the pipe", ends[1]}; }

    std::array<int, 2> ends{-1, -1};
};

std::string read_bytes(int descriptor, std::size_t count) {
    std::string text(count, '\0');
    std::size_t got = 0;
    while (got < count) {
        const auto read = ::read(descriptor, text.data() + got, count - got);
        if (read <= 0) break;
        got += static_cast<std::size_t>(read);
    }
    text.resize(got);
    return text;
}

std::string said(const Writer& writer) {
    const auto failure = writer.failure();
    if (!failure) return "";
    return std::string(failure->detail()) + " | " + std::string(failure->native());
}

} // namespace

TEST_CASE("writer: bytes arrive in their order, and the end with the writer", "[writer]") {
    const Pipe pipe;
    {
        Writer writer(pipe.place());
        for (int i = 0; i < 1000; ++i)
            writer.write(std::to_string(i) + "\n");
        writer.write("");
        writer.flush(forever);
        CHECK(writer.waiting() == 0);
        CHECK(said(writer).empty());
    }
    std::string expected;
    for (int i = 0; i < 1000; ++i)
        expected += std::to_string(i) + "\n";
    CHECK(read_bytes(pipe.ends[0], expected.size() + 1) == expected);
}

TEST_CASE("writer: nobody waits for a reader that reads nothing until told", "[writer]") {
    const Pipe pipe;
    Writer writer(pipe.place());
    const std::string line(64u << 10, 'x');
    for (int i = 0; i < 40; ++i)
        writer.write(line);
    const auto all = line.size() * 40;
    // A pipe takes 64 KiB, or less where there are many: the rest waits here.
    CHECK(writer.waiting() >= all - line.size());
    CHECK(writer.behind(forever));
    auto reader = std::async(std::launch::async, [&] { return read_bytes(pipe.ends[0], all); });
    writer.wait_for_room(forever);
    CHECK_FALSE(writer.behind(at_once));
    writer.flush(forever);
    CHECK(reader.get() == std::string(all, 'x'));
    CHECK(said(writer).empty());
}

TEST_CASE("writer: one that is behind is not given up while bytes are taken", "[writer]") {
    const Pipe pipe;
    Writer writer(pipe.place());
    writer.write(std::string(limits::output_queue + (256u << 10), 'x'));
    CHECK(writer.behind(1h));
    CHECK(read_bytes(pipe.ends[0], 64u << 10).size() == 64u << 10);
    CHECK(writer.behind(1h));
    CHECK(said(writer).empty());
    CHECK_FALSE(writer.behind(at_once));
    CHECK(said(writer) == "cannot write the pipe: its reader takes nothing | errno 11");
}

TEST_CASE("writer: a reader that never reads is given up", "[writer]") {
    const Pipe pipe;
    Writer writer(pipe.place());
    writer.write(std::string(256u << 10, 'x'));
    writer.flush(at_once);
    CHECK(writer.waiting() == 0);
    CHECK(said(writer) == "cannot write the pipe: its reader takes nothing | errno 11");
    writer.write("more");
    CHECK(writer.waiting() == 0);
    writer.flush(forever); // nothing is waited for any more
}

TEST_CASE("writer: a reader that went away, and a full disk", "[writer]") {
    Pipe pipe;
    pipe.close_reader();
    Writer left(pipe.place());
    left.write("x");
    left.flush(forever);
    CHECK(said(left) == "cannot write the pipe: Broken pipe | errno 32");
    auto place = open_output("full", "/dev/full", O_CREAT | O_TRUNC);
    REQUIRE(place);
    Writer full(*std::move(place));
    full.write("x");
    full.flush(forever);
    CHECK(said(full) == "cannot write full: No space left on device | errno 28");
}

TEST_CASE("writer: a place that cannot be is told before anything is written", "[writer]") {
    const Scratch scratch;
    const auto folder = open_output("it", scratch.path(""), O_CREAT);
    REQUIRE_FALSE(folder);
    CHECK(folder.error().detail() == "cannot write it: Is a directory");
    CHECK(folder.error().native() == "errno 21");
    const auto nowhere = open_output("it", scratch.path("no/such"), O_CREAT);
    REQUIRE_FALSE(nowhere);
    CHECK(nowhere.error().detail() == "cannot write it: No such file or directory");
    Writer closed(OutputPlace{"stdout"});
    closed.write("x");
    closed.flush(forever);
    CHECK(said(closed) == "cannot write stdout: Bad file descriptor | errno 9");
}

TEST_CASE("writer: a FIFO that nobody opens", "[writer]") {
    const Scratch scratch;
    const auto path = scratch.path("fifo");
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    auto place = open_output("fifo", path, O_CREAT | O_TRUNC);
    REQUIRE(place);
    Writer writer(*std::move(place));
    CHECK(said(writer).empty());
    writer.write("x");
    writer.flush(at_once);
    CHECK(said(writer) == "cannot write fifo: nobody reads it | errno 6");
}

TEST_CASE("writer: a FIFO that is opened late has all of it", "[writer]") {
    const Scratch scratch;
    const auto path = scratch.path("fifo");
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    auto place = open_output("fifo", path, O_CREAT | O_TRUNC);
    REQUIRE(place);
    std::future<std::string> reader;
    {
        Writer writer(*std::move(place));
        writer.write("one\n");
        writer.write("two\n");
        reader = std::async(std::launch::async, [&path] { return Scratch::read(path); });
        writer.flush(forever);
        CHECK(said(writer).empty());
    }
    CHECK(reader.get() == "one\ntwo\n");
}

TEST_CASE("writer: a terminal that was stopped goes on when it is started again", "[writer]") {
    int master = -1;
    int terminal = -1;
    REQUIRE(openpty(&master, &terminal, nullptr, nullptr, nullptr) == 0);
    termios mode{};
    tcgetattr(terminal, &mode);
    cfmakeraw(&mode);
    tcsetattr(terminal, TCSANOW, &mode);
    REQUIRE(tcflow(terminal, TCOOFF) == 0);
    Writer writer(OutputPlace{"terminal", dup(terminal)});
    writer.write("held");
    CHECK(writer.waiting() == 4);
    REQUIRE(tcflow(terminal, TCOON) == 0);
    writer.flush(forever);
    CHECK(read_bytes(master, 4) == "held");
    REQUIRE(tcflow(terminal, TCOOFF) == 0);
    writer.write("lost");
    writer.flush(at_once);
    CHECK(said(writer) == "cannot write terminal: its reader takes nothing | errno 11");
    REQUIRE(tcflow(terminal, TCOON) == 0); // lets go of what is in its call
    ::close(terminal);
    ::close(master);
}

TEST_CASE("writer: stdout is written to by a descriptor of its own", "[writer]") {
    const Pipe pipe;
    const auto place = standard_output("stdout", pipe.ends[1]);
    CHECK(place.descriptor > STDERR_FILENO);
    CHECK(place.descriptor != pipe.ends[1]);
    {
        Writer writer(place);
        writer.write("x");
        writer.flush(forever);
    }
    REQUIRE(::write(pipe.ends[1], "y", 1) == 1); // still open
    CHECK(read_bytes(pipe.ends[0], 2) == "xy");
    ::close(pipe.ends[1]);
}
