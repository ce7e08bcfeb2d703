// Formats a line and writes it with one call, so that lines of several processes in one file stay
// whole. A file is written to at once: its last lines are there after a crash. What has a reader (a
// terminal, a pipe) has a thread of its own, and loses lines while that reader is slow.
#include "core/log.hpp"

#include "core/terminal_writer.hpp"
#include "core/text.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

struct Sink {
    ~Sink() {
        if (writer) writer->flush(limits::last_words);
    }

    // Takes what was opened: a file as it is, all else with a thread.
    void take(OutputPlace place) {
        struct stat about {};

        const int opened = place.descriptor;
        const bool file = opened >= 0 && fstat(opened, &about) == 0 && S_ISREG(about.st_mode);
        descriptor = file ? opened : -1;
        writer = file ? nullptr : std::make_unique<TerminalWriter>(std::move(place));
    }

    void write(const TerminalText& line) {
        // One write a line: lines of several processes appending to one file stay whole.
        if (!writer) {
            [[maybe_unused]] const auto wrote = ::write(descriptor, line.str().data(), line.size());
            return;
        }
        if (writer->waiting() > limits::output_queue) {
            ++lost;
            return;
        }
        const auto missing = lost.exchange(0);
        if (missing > 0) writer->write("... " + printable(missing) + " lines left out\n");
        writer->write(line);
    }

    int descriptor = -1;
    std::unique_ptr<TerminalWriter> writer;
    std::atomic<std::size_t> lost = 0; // lines that the reader was too slow for
    LogLevel level = LogLevel::info;
};

Sink& sink() {
    static Sink instance;
    return instance;
}

constexpr std::string_view name(LogLevel level) {
    switch (level) {
    case LogLevel::error:
        return "error";
    case LogLevel::warn:
        return "warn";
    case LogLevel::info:
        return "info";
    case LogLevel::debug:
        return "debug";
    }
    return "?";
}

std::string now_text() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    auto text = to_iso8601(ms / 1000);
    char fraction[8];
    std::snprintf(fraction, sizeof fraction, ".%03dZ", static_cast<int>(ms % 1000));
    text.replace(text.size() - 1, 1, fraction);
    return text;
}

TerminalText or_dash(TerminalText text) {
    return text.empty() ? TerminalText("-") : text;
}

} // namespace

bool open_log(const std::string& path, LogLevel level) {
    sink().level = level;
    auto place = path == "-" ? Result<OutputPlace>(standard_output("stderr", STDERR_FILENO))
                             : open_output("the log", path, O_CREAT | O_APPEND, 0600);
    if (!place) return false;
    sink().take(*std::move(place));
    return true;
}

bool log_enabled(LogLevel level) noexcept {
    const auto& to = sink();
    return (to.descriptor >= 0 || to.writer) && level <= to.level;
}

void log_line(const LogEvent& event, std::initializer_list<LogField> fields) noexcept {
    if (!log_enabled(event.level)) return;
    try {
        auto line = printable(now_text()) + " " + printable(name(event.level));
        line += " host=" + or_dash(printable(event.host, 200));
        line += " phase=" + or_dash(printable(event.phase)) + " " + printable(event.message);
        for (const auto& [key, value] : fields) {
            line += " " + printable(key) + "=" + printable(value);
        }
        sink().write(line + "\n");
    } catch (const std::exception&) {
        // A log line is never worth a host's result.
        return;
    }
}

} // namespace rdpsweep
