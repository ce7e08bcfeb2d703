// What a run says on stderr.
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

void Speaker::say(std::string_view text) {
    if (drawn_) write_err(start_of_empty_line);
    write_err(text);
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
    write_err("\n");
    write_err(text);
}

void Speaker::draw(const std::string& line) {
    if (quiet_) return;
    if (!terminal_) return write_err(line + "\n");
    write_err(std::string(start_of_empty_line) + line);
    drawn_ = true;
}

void Speaker::erase() {
    if (drawn_) write_err(start_of_empty_line);
    drawn_ = false;
}

} // namespace rdpsweep
