// One line an event: time, level, host, phase, message. Made printable here; what is in it of
// others' words came through foreign_text() already.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace rdpsweep {

// By what the reader does next: error = the sweep is wrong, warn = a host is unknown, info =
// progress, debug = protocol steps.
enum class LogLevel { error, warn, info, debug };

using LogField = std::pair<std::string_view, std::string>;

// Opens path for appending (mode 0600) and drops what is less urgent than level. Without a call
// nothing is logged; path "-" is stderr. False when the file cannot be opened. A FIFO may get its
// reader later.
bool open_log(const std::string& path, LogLevel level);

[[nodiscard]] bool log_enabled(LogLevel level) noexcept;

// What a line says first; host may be empty.
struct LogEvent {
    LogLevel level;
    std::string_view host;
    std::string_view phase;
    std::string_view message;
};

// Writes a line. Never throws: a full disk loses the line and nothing else. Never waits for a
// reader: while one is slow, lines are left out, and counted in the log itself.
void log_line(const LogEvent& event, std::initializer_list<LogField> fields = {}) noexcept;

} // namespace rdpsweep
