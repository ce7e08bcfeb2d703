// The shell itself: its prompt, short lines, the account that it runs as.
#include "transports/serial/shell_link.hpp"

#include "transports/serial/reading.hpp"

#include <algorithm>

namespace rdpsweep::serial {

namespace {

using namespace std::chrono_literals;

constexpr auto wake_patience = 60s; // keys are eaten while the first shell starts
constexpr auto wake_pause = 400ms;  // between two of them
constexpr auto line_echo_patience = 5s;
constexpr auto double_patience = 600ms;
constexpr auto command_patience = 20s;
constexpr std::size_t chunk = 60;                   // keys between two looks at their echo
constexpr std::uint32_t first_stream_build = 20348; // Windows Server 2022
constexpr auto interrupt_key = "\x03";

// whoami /groups names the integrity level by its SID: high, or system.
constexpr std::string_view groups_line = "whoami /groups|find \"S-1-16-12\"";
constexpr std::string_view wide_line = "mode con cols=80 lines=25";
static_assert(no_equal_neighbours(groups_line) && no_equal_neighbours(wide_line));

std::string without_blanks(std::string_view text) {
    std::string kept(text);
    std::erase(kept, ' ');
    return kept;
}

} // namespace

Task<Result<bool>> ShellLink::wait_for_prompt(Clock::duration limit, HostDeadline& deadline) {
    const Terminal::Ready ready = [this] {
        const auto& screen = terminal_.screen();
        return at_shell_prompt(screen) && terminal_.fresh(screen.cursor_row());
    };
    auto came = co_await terminal_.until(ready, limit, deadline);
    co_return came;
}

// The first keys may be lost: '#' is harmless to every program that could get it.
Task<Status> ShellLink::wake(HostDeadline& deadline) {
    const Terminal::Ready echoed = [this] {
        const auto typed = typed_at_shell(terminal_.screen());
        return typed && typed->starts_with('#');
    };
    const auto end = Clock::now() + wake_patience;
    for (;;) {
        auto typed = co_await terminal_.type("#", deadline);
        if (!typed) co_return typed;
        auto seen = co_await terminal_.until(echoed, wake_pause, deadline);
        if (!seen) co_return std::move(seen).error();
        if (*seen) break;
        if (Clock::now() >= end) {
            co_return console_error(
                ConsoleOutcome::no_echo, "no echo; " + what_is_shown(terminal_)
            );
        }
    }
    auto still = co_await terminal_.quiet(wake_pause, 3s, deadline);
    if (!still) co_return still;
    terminal_.mark();
    auto entered = co_await terminal_.type("\r", deadline);
    if (!entered) co_return entered;
    auto prompt = co_await wait_for_prompt(command_patience, deadline);
    if (!prompt) co_return std::move(prompt).error();
    if (*prompt) co_return Status();
    co_return console_error(ConsoleOutcome::no_echo, "no prompt; " + what_is_shown(terminal_));
}

Task<Status> ShellLink::settle(HostDeadline& deadline) {
    build_ = read_build(terminal_.screen());
    terminal_.screen().forget_addressing();
    auto awake = co_await wake(deadline);
    if (!awake) co_return awake;
    differences_ = build_ != 0 && build_ < first_stream_build;
    if (build_ == 0) differences_ = terminal_.screen().addressed();
    if (!differences_) {
        // A stream wraps at the width that the shell believes in.
        auto widened = co_await command(std::string(wide_line), deadline);
        if (!widened) co_return std::move(widened).error();
        auto cleared = co_await clear(deadline);
        if (!cleared) co_return cleared;
    }
    co_return co_await prove_alphabet(deadline);
}

// Every character that we are going to type, as a line that no program understands.
Task<Status> ShellLink::prove_alphabet(HostDeadline& deadline) {
    const auto line = "#" + std::string(alphabet());
    const Terminal::Ready whole = [this, &line] {
        const auto typed = typed_at_shell(terminal_.screen());
        return typed && typed->size() >= line.size();
    };
    auto sent = co_await terminal_.type(line, deadline);
    if (!sent) co_return sent;
    auto seen = co_await terminal_.until(whole, line_echo_patience, deadline);
    if (!seen) co_return std::move(seen).error();
    const auto got = typed_at_shell(terminal_.screen()).value_or(std::string());
    terminal_.mark();
    auto entered = co_await terminal_.type("\r", deadline);
    if (!entered) co_return entered;
    auto prompt = co_await wait_for_prompt(command_patience, deadline);
    if (!prompt) co_return std::move(prompt).error();
    if (!*prompt) {
        co_return console_error(ConsoleOutcome::no_echo, "no prompt; " + what_is_shown(terminal_));
    }
    if (got == line) co_return Status();
    if (got.size() == line.size()) {
        co_return console_error(ConsoleOutcome::keyboard_layout_mismatch);
    }
    co_return console_error(
        ConsoleOutcome::transfer_corrupt,
        "keys are lost; the screen showed: " + foreign_text(got, 100)
    );
}

// Gives up the line or the program that has the prompt; true when it is back.
Task<Result<bool>> ShellLink::interrupt(HostDeadline& deadline) {
    for (int tries = 0; tries < 2; ++tries) {
        terminal_.mark();
        auto typed = co_await terminal_.type(interrupt_key, deadline);
        if (!typed) co_return std::move(typed).error();
        auto back = co_await wait_for_prompt(5s, deadline);
        if (!back) co_return std::move(back).error();
        if (*back) co_return true;
    }
    co_return false;
}

// Types a key equal to the one before it alone, and waits: an old console host may drop it.
Task<Result<bool>>
ShellLink::type_again(char key, const std::string& wanted, HostDeadline& deadline) {
    const Terminal::Ready echoed = [this, &wanted] {
        return typed_at_shell(terminal_.screen()) == wanted;
    };
    for (int tries = 1; tries <= 4; ++tries) {
        auto typed = co_await terminal_.type(std::string(1, key), deadline);
        if (!typed) co_return std::move(typed).error();
        const auto limit = double_patience * tries;
        auto seen = co_await terminal_.until(echoed, limit, deadline);
        if (!seen) co_return std::move(seen).error();
        if (*seen) co_return true;
    }
    co_return false;
}

// A line behind the shell's prompt, seen to be what we meant; without Enter.
Task<Status> ShellLink::type_line(std::string line, HostDeadline& deadline) {
    for (int tries = 0;; ++tries) {
        bool good = true;
        for (std::size_t at = 0; at < line.size() && good;) {
            auto end = at + 1;
            const bool doubled = at > 0 && line[at] == line[at - 1];
            while (!doubled && end < line.size() && end < at + chunk && line[end] != line[end - 1])
                ++end;
            const auto wanted = without_blanks(line.substr(0, end));
            if (doubled && line[at] != ' ') {
                auto again = co_await type_again(line[at], wanted, deadline);
                if (!again) co_return std::move(again).error();
                good = *again;
                at = end;
                continue;
            }
            auto keys = line.substr(at, end - at);
            const Terminal::Ready echoed = [this, &wanted] {
                return typed_at_shell(terminal_.screen()) == wanted;
            };
            auto typed = co_await terminal_.type(std::move(keys), deadline);
            if (!typed) co_return typed;
            auto seen = co_await terminal_.until(echoed, line_echo_patience, deadline);
            if (!seen) co_return std::move(seen).error();
            good = *seen;
            at = end;
        }
        if (good) co_return Status();
        ++resent_;
        if (tries == 2) break;
        auto back = co_await interrupt(deadline);
        if (!back) co_return std::move(back).error();
        if (!*back) break;
    }
    co_return console_error(
        ConsoleOutcome::transfer_corrupt, "keys do not arrive as typed; " + what_is_shown(terminal_)
    );
}

// Runs a line of cmd. Its output is whole when the line itself is still above it on the screen.
Task<Result<ShellLink::Said>> ShellLink::command(std::string line, HostDeadline& deadline) {
    const auto size = line.size();
    auto typed = co_await type_line(std::move(line), deadline);
    if (!typed) co_return std::move(typed).error();
    terminal_.mark();
    auto entered = co_await terminal_.type("\r", deadline);
    if (!entered) co_return std::move(entered).error();
    auto prompt = co_await wait_for_prompt(command_patience, deadline);
    if (!prompt) co_return std::move(prompt).error();
    if (!*prompt) co_return console_error(ConsoleOutcome::probe_timeout, what_is_shown(terminal_));
    const auto& screen = terminal_.screen();
    int first = screen.cursor_row() - 1;
    while (first >= 0 && !begins_with_prompt(screen.row(first)))
        --first;
    Said said;
    said.whole = first >= 0;
    const auto prompt_size = screen.row(screen.cursor_row()).size();
    const auto taken = (prompt_size + size + screen_columns - 1) / screen_columns;
    for (int at = said.whole ? first + static_cast<int>(taken) : 0; at < screen.cursor_row();
         ++at) {
        auto row = screen.row(at);
        if (!row.empty()) said.rows.push_back(std::move(row));
    }
    co_return said;
}

// A screen on which nothing of before can be taken for an answer.
Task<Status> ShellLink::clear(HostDeadline& deadline) {
    auto typed = co_await type_line("cls", deadline);
    if (!typed) co_return typed;
    auto entered = co_await terminal_.type("\r", deadline);
    if (!entered) co_return entered;
    const Terminal::Ready blank = [this] {
        const auto& screen = terminal_.screen();
        return at_shell_prompt(screen) && screen.cursor_row() <= 1 &&
               typed_at_shell(screen) == std::string();
    };
    auto cleared = co_await terminal_.until(blank, command_patience, deadline);
    if (!cleared) co_return std::move(cleared).error();
    if (*cleared) co_return Status();
    co_return console_error(
        ConsoleOutcome::transfer_corrupt,
        "the screen cannot be cleared; " + what_is_shown(terminal_)
    );
}

Task<Result<ShellLink::Identity>> ShellLink::who(HostDeadline& deadline) {
    auto cleared = co_await clear(deadline);
    if (!cleared) co_return std::move(cleared).error();
    auto names = co_await command("whoami", deadline);
    if (!names) co_return std::move(names).error();
    Identity found;
    for (const auto& row : names->rows)
        if (row.find('\\') != std::string::npos && row.find('>') == std::string::npos) {
            found.user = row;
        }
    auto groups = co_await command(std::string(groups_line), deadline);
    if (!groups) co_return std::move(groups).error();
    for (const auto& row : groups->rows) {
        const bool level = row.find("S-1-16-12288") != std::string::npos ||
                           row.find("S-1-16-16384") != std::string::npos;
        found.elevated = found.elevated || level;
    }
    co_return found;
}

Task<Status> ShellLink::exit(HostDeadline& deadline) {
    if (!at_shell_prompt(terminal_.screen())) {
        auto back = co_await interrupt(deadline);
        if (!back) co_return std::move(back).error();
        if (!*back) co_return console_error(ConsoleOutcome::probe_timeout);
    }
    auto typed = co_await type_line("exit", deadline);
    if (!typed) co_return typed;
    co_return co_await terminal_.type("\r", deadline);
}

} // namespace rdpsweep::serial
