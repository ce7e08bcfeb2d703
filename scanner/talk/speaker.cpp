// What a run says on stderr, by a thread of its own.
#include "scanner/talk/speaker.hpp"

#include "scanner/talk/talk.hpp"

#include <unistd.h>

namespace rdpsweep {

namespace {

// ECMA-48: to the first column, and erase to the end of the line.
constexpr std::string_view start_of_empty_line = "\r\x1b[K";

} // namespace

EarlyEnd::EarlyEnd(const Error& error, ExitStatus code) : text(to_text(error, {})), status(code) {}

Speaker::Speaker(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}

Writer& Speaker::err() {
    if (!err_) err_ = std::make_unique<Writer>(standard_output("stderr", STDERR_FILENO));
    return *err_;
}

// There is no one left to tell of a failure. What somebody asks for again and again, and does not
// read, is not kept.
void Speaker::write(std::string text) {
    if (err().waiting() > limits::output_queue) return;
    err().write(std::move(text));
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

void Speaker::say(std::string_view text) {
    write(std::string(drawn_ ? start_of_empty_line : "") + std::string(text));
}

void Speaker::advise(std::string_view text) {
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

void Speaker::say_below(std::string_view text) {
    write("\n" + std::string(text));
}

void Speaker::draw(const std::string& line) {
    if (quiet_ || err().waiting() > 0) return;
    if (!terminal_) return write(line + "\n");
    write(std::string(start_of_empty_line) + line);
    drawn_ = true;
}

void Speaker::erase() {
    if (drawn_) write(std::string(start_of_empty_line));
    drawn_ = false;
}

} // namespace rdpsweep
