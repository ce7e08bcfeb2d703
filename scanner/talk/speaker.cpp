// What a run says on stderr, by a thread of its own.
#include "scanner/talk/speaker.hpp"

#include "scanner/talk/talk.hpp"

#include <unistd.h>

namespace rdpsweep {

namespace {

// ECMA-48: to the first column, and erase to the end of the line.
constexpr char start_of_empty_line[] = "\r\x1b[K";

} // namespace

EarlyEnd::EarlyEnd(const Error& error, ExitStatus code) : text(to_text(error, {})), status(code) {}

Speaker::Speaker(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}

TerminalWriter& Speaker::err() {
    if (!err_) err_ = std::make_unique<TerminalWriter>(standard_output("stderr", STDERR_FILENO));
    return *err_;
}

// There is no one left to tell of a failure. What somebody asks for again and again, and does not
// read, is not kept.
void Speaker::write(const TerminalText& text) {
    if (err().waiting() > limits::output_queue) return;
    err().write(text);
    if (!ahead_) err().flush(patience());
}

Writer::Duration Speaker::patience() const noexcept {
    const Writer::Duration most = limits::reader_patience;
    const Writer::Duration least = limits::last_words;
    const auto now = std::chrono::steady_clock::now();
    if (!end_ || *end_ > now + most) return most;
    return *end_ < now + least ? least : *end_ - now;
}

void Speaker::catch_up() {
    ahead_ = false;
    if (err_) err_->flush(patience());
}

void Speaker::say(const TerminalText& text) {
    write(drawn_ ? start_of_empty_line + text : text);
}

void Speaker::advise(const TerminalText& text) {
    if (!quiet_) say(text);
}

int Speaker::fail(const Error& error, int status) {
    say(to_text(error, {}));
    return status;
}

int Speaker::leave(const EarlyEnd& end) {
    say(end.text);
    return end.status;
}

void Speaker::say_below(const TerminalText& text) {
    write("\n" + text);
}

void Speaker::draw(const TerminalText& line) {
    if (quiet_ || err().waiting() > 0) return;
    if (!terminal_) return write(line + "\n");
    write(start_of_empty_line + line);
    drawn_ = true;
}

void Speaker::erase() {
    if (drawn_) write(start_of_empty_line);
    drawn_ = false;
}

} // namespace rdpsweep
