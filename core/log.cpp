// Formats a line and writes it with one call, so that lines of several processes in one file stay
// whole.
#include "core/log.hpp"

#include "core/text.hpp"

#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

struct Sink {
    int descriptor = -1;
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

} // namespace

bool open_log(const std::string& path, LogLevel level) {
    sink().level = level;
    if (path == "-") {
        sink().descriptor = STDERR_FILENO;
        return true;
    }
    sink().descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return sink().descriptor >= 0;
}

bool log_enabled(LogLevel level) noexcept {
    return sink().descriptor >= 0 && level <= sink().level;
}

void log_line(const LogEvent& event, std::initializer_list<LogField> fields) noexcept {
    if (!log_enabled(event.level)) return;
    try {
        std::string line = now_text() + " " + std::string(name(event.level));
        line += " host=" + (event.host.empty() ? "-" : printable(event.host, 200));
        line += " phase=" + std::string(event.phase.empty() ? "-" : event.phase) + " ";
        line += printable(event.message);
        for (const auto& [key, value] : fields) {
            line += " " + std::string(key) + "=" + printable(value);
        }
        line += "\n";
        // One write a line: lines of several processes appending to one file stay whole.
        [[maybe_unused]] const auto written = write(sink().descriptor, line.data(), line.size());
    } catch (const std::exception&) {
        // A log line is never worth a host's result.
        return;
    }
}

} // namespace rdpsweep
