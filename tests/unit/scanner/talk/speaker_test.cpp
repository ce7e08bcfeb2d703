// What stands on stderr in the end, on a terminal and elsewhere.
#include "scanner/talk/speaker.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <pty.h>
#include <string>
#include <termios.h>
#include <unistd.h>

using namespace rdpsweep;

namespace {

// stderr is a pipe or a terminal while this lives.
class Stderr {
public:
    explicit Stderr(bool terminal) : saved_(dup(STDERR_FILENO)) {
        int writer = -1;
        if (terminal) {
            REQUIRE(openpty(&reader_, &writer, nullptr, nullptr, nullptr) == 0);
            termios mode{};
            tcgetattr(writer, &mode);
            cfmakeraw(&mode); // a newline stays one byte
            tcsetattr(writer, TCSANOW, &mode);
        } else {
            std::array<int, 2> ends{};
            REQUIRE(pipe(ends.data()) == 0);
            reader_ = ends[0];
            writer = ends[1];
        }
        dup2(writer, STDERR_FILENO);
        close(writer);
    }

    Stderr(const Stderr&) = delete;
    Stderr& operator=(const Stderr&) = delete;

    ~Stderr() {
        dup2(saved_, STDERR_FILENO);
        close(saved_);
        close(reader_);
    }

    // Ctrl-S and Ctrl-Q.
    void stop() const { REQUIRE(tcflow(STDERR_FILENO, TCOOFF) == 0); }

    void go_on() const { REQUIRE(tcflow(STDERR_FILENO, TCOON) == 0); }

    // What was written since the last call. A terminal hands bytes over some
    // time after they were written, in pieces: so a mark is written behind
    // them, and all before it is read.
    [[nodiscard]] std::string said() const {
        constexpr char mark = '\x1e';
        REQUIRE(write(STDERR_FILENO, &mark, 1) == 1);
        std::string text;
        char next = 0;
        while (read(reader_, &next, 1) == 1 && next != mark)
            text += next;
        REQUIRE(next == mark);
        return text;
    }

private:
    int saved_;
    int reader_ = -1;
};

} // namespace

TEST_CASE("speaker: a drawn line makes room for what is said", "[talk]") {
    const Stderr out(true);
    Speaker speaker(false);
    CHECK(speaker.on_terminal());
    speaker.say("hello\n");
    CHECK(out.said() == "hello\n");
    speaker.draw("1/2");
    CHECK(out.said() == "\r\x1b[K1/2");
    speaker.draw("2/2");
    CHECK(out.said() == "\r\x1b[K2/2");
    speaker.say("stop\n");
    CHECK(out.said() == "\r\x1b[Kstop\n");
    speaker.say_below("ended\n");
    CHECK(out.said() == "\nended\n");
    speaker.erase();
    speaker.erase();
    CHECK(out.said() == "\r\x1b[K");
    speaker.say("bye\n");
    CHECK(out.said() == "bye\n");
}

TEST_CASE("speaker: elsewhere a drawn line is a line, and quiet has none", "[talk]") {
    const Stderr out(false);
    Speaker speaker(false);
    CHECK_FALSE(speaker.on_terminal());
    speaker.draw("1/2");
    speaker.advise("read this\n");
    speaker.erase();
    CHECK(out.said() == "1/2\nread this\n");
    Speaker quiet(true);
    quiet.draw("1/2");
    quiet.advise("read this\n");
    CHECK(out.said().empty());
    const auto error = Error(Phase::config, Errc::unsupported, "no such thing").with_hint("try");
    CHECK(quiet.fail(error, exit_failed) == exit_failed);
    CHECK(out.said() == "rdpsweep: no such thing (config)\n  next: try\n");
    CHECK(quiet.leave(EarlyEnd(error, exit_usage)) == exit_usage);
    CHECK(out.said() == "rdpsweep: no such thing (config)\n  next: try\n");
    CHECK(quiet.leave(EarlyEnd("nothing\n", exit_no_targets)) == exit_no_targets);
    CHECK(out.said() == "nothing\n");
}

TEST_CASE("speaker: a stopped terminal stops nobody, and loses progress only", "[talk]") {
    const Stderr out(true);
    Speaker speaker(false);
    speaker.draw("1/9");
    CHECK(out.said() == "\r\x1b[K1/9");
    speaker.run_ahead();
    out.stop();
    speaker.say("first\n");
    speaker.draw("2/9");
    speaker.draw("3/9");
    speaker.say("second\n");
    out.go_on();
    speaker.catch_up();
    speaker.draw("4/9");
    CHECK(out.said() == "\r\x1b[Kfirst\n\r\x1b[Ksecond\n\r\x1b[K4/9");
}

TEST_CASE("speaker: how long a reader is waited for follows the end of the run", "[talk]") {
    Speaker speaker(true);
    CHECK(speaker.patience() == limits::reader_patience);
    speaker.end_by(std::chrono::steady_clock::now() + std::chrono::hours(1));
    CHECK(speaker.patience() == limits::reader_patience);
    speaker.end_by(std::chrono::steady_clock::now() + std::chrono::seconds(60));
    CHECK(speaker.patience() <= std::chrono::seconds(60));
    CHECK(speaker.patience() > limits::last_words);
    speaker.end_by(std::chrono::steady_clock::now() + std::chrono::seconds(1));
    CHECK(speaker.patience() == limits::last_words);
    speaker.end_by(std::chrono::steady_clock::now() + std::chrono::hours(1));
    speaker.hurry();
    CHECK(speaker.patience() == limits::last_words);
}
