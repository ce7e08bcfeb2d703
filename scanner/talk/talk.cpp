// Writes to stdout and stderr, and decides by terminal and environment about colour.
#include "scanner/talk/talk.hpp"

#include "core/columns.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <unistd.h>

namespace rdpsweep {

namespace {

constexpr std::size_t longest_cell = 60;

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const auto wrote = ::write(descriptor, text.data(), text.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return true;
}

} // namespace

bool wants_color(Color color, int descriptor) {
    if (color != Color::automatic) return color == Color::always;
    const char* no_color = std::getenv("NO_COLOR");
    if (no_color != nullptr && *no_color != '\0') return false;
    const char* terminal = std::getenv("TERM");
    if (terminal != nullptr && std::string_view(terminal) == "dumb") return false;
    return isatty(descriptor) == 1;
}

bool write_out(const TerminalText& text) {
    return write_all(STDOUT_FILENO, text.str());
}

void write_err(const TerminalText& text) {
    (void)write_all(STDERR_FILENO, text.str());
}

int complain(const Error& error, int status) {
    write_err(to_text(error, {}));
    return status;
}

void write_notes(const std::vector<std::string>& notes) {
    for (const auto& note : notes)
        write_err("rdpsweep: " + printable(note) + "\n");
}

TerminalText to_text(const Error& error, std::string_view subject) {
    TerminalText text = "rdpsweep: ";
    if (!subject.empty()) text += printable(subject, longest_cell) + ": ";
    text += printable(error.detail()) + " (" + printable(rung(error.phase())) + ")\n";
    if (!error.native().empty()) text += "  " + printable(error.native()) + "\n";
    if (!error.hint().empty()) text += "  next: " + printable(error.hint()) + "\n";
    return text;
}

TerminalText to_text(const Problems& problems) {
    TerminalText text;
    for (const auto& problem : problems.list()) {
        text += printable(problem.where) + ": " + printable(problem.what) + "\n";
        if (!problem.next.empty()) text += "  " + printable(problem.next, 2000) + "\n";
    }
    const auto count = problems.list().size();
    text += "rdpsweep: " + printable(count);
    text += count == 1 ? TerminalText(" mistake") : TerminalText(" mistakes");
    if (problems.full()) text += ", perhaps more";
    text += "; no host was touched\n";
    return text;
}

TerminalText table(const std::vector<std::vector<std::string>>& rows) {
    return table(rows.size(), [&](std::size_t row) { return rows[row]; });
}

TerminalText table(std::size_t rows, const RowAt& row_at) {
    TerminalText text;
    (void)table_lines(rows, row_at, [&text](const TerminalText& line) {
        text += line;
        return true;
    });
    return text;
}

bool table_lines(
    std::size_t rows, const RowAt& row_at, const std::function<bool(const TerminalText&)>& take
) {
    std::vector<std::size_t> widths;
    for (std::size_t number = 0; number < rows; ++number) {
        const auto row = row_at(number);
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i + 1 < row.size(); ++i) {
            widths[i] = std::max(widths[i], columns(printable(row[i], longest_cell)));
        }
    }
    for (std::size_t number = 0; number < rows; ++number) {
        const auto row = row_at(number);
        TerminalText line;
        std::size_t blanks = 0; // before the next cell that is not empty
        for (std::size_t i = 0; i < row.size(); ++i) {
            const bool last = i + 1 == row.size();
            const auto cell = printable(row[i], last ? 400 : longest_cell);
            if (!cell.empty()) {
                line.pad(blanks) += cell;
                blanks = 0;
            }
            if (!last) blanks += widths[i] - columns(cell) + 2;
        }
        if (!take(line + "\n")) return false;
    }
    return true;
}

} // namespace rdpsweep
