// Formats a line for each attempt, with the times of its phases and the advice where it failed.
#include "scanner/run/check_lines.hpp"

#include "core/text.hpp"

namespace rdpsweep {

namespace {

TerminalText column(TerminalText text, std::size_t width) {
    if (text.size() < width) text.pad(width - text.size());
    return text + " ";
}

TerminalText times_of(const Attempt& attempt) {
    TerminalText times;
    for (const auto& [phase, took] : attempt.rungs) {
        times += " " + printable(rung(phase)) + " " + printable(took.count()) + " ms";
    }
    return times;
}

TerminalText attempt_lines(const TerminalText& name, const Attempt& attempt) {
    if (!attempt.error) {
        return column(name, 30) + column("ok", 8) + printable(attempt.transport) + " as " +
               printable(attempt.identity, 80) + " " + times_of(attempt) + "\n";
    }
    const auto& error = *attempt.error;
    auto lines = column(name, 30) + column(printable(rung(error.phase())), 8) +
                 printable(attempt.transport) + ": " + printable(error.detail(), 300) +
                 times_of(attempt) + "\n";
    if (error.native().empty() && error.hint().empty()) return lines;
    return lines + column("", 39) + printable(error.native(), 120) + "  " +
           printable(error.hint(), 300) + "\n";
}

} // namespace

TerminalText check_lines(const HostResult& host) {
    const auto name = printable(host.target.name, 60);
    TerminalText lines;
    for (const auto& attempt : host.attempts)
        lines += attempt_lines(name, attempt);
    if (lines.empty()) {
        lines = column(name, 30) + column(printable(to_string(host.outcome)), 8) +
                printable(host.reason, 200) + "\n";
    }
    return lines;
}

} // namespace rdpsweep
