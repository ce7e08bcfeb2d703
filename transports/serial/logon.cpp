// Steps through the dialog by the columns of its fields, and compares what the screen shows with
// what was typed.
#include "transports/serial/logon.hpp"

#include "core/text.hpp"
#include "transports/serial/reading.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep::serial {

namespace {

using namespace std::chrono_literals;

constexpr Clock::duration label_patience = 15s;
constexpr auto profile_patience = 75s; // a first logon makes a profile
constexpr int most_repeats = 4;

// The one text known for a refusal. Where Windows speaks another language the structure tells.
constexpr std::string_view refused_text = "Unable to authenticate";

// The screen is not told: a part of the password may stand on it.
Error strange(ConsoleOutcome outcome) {
    return console_error(outcome, "no logon dialog");
}

// Old console hosts drop a key that follows its equal too soon: such a key goes alone and is waited
// for. The cursor counts, which also works where the dialog shows stars.
Task<Status> type_counted(Terminal& terminal, std::string_view text, HostDeadline& deadline) {
    const auto& screen = terminal.screen();
    const auto start = screen.cursor_column();
    const auto row = screen.cursor_row();
    std::size_t done = 0;
    int repeats = 0;
    Clock::duration slowest{}; // of the echoes so far
    while (done < text.size()) {
        auto end = done + 1;
        const bool doubled = done > 0 && text[done] == text[done - 1];
        while (!doubled && end < text.size() && text[end] != text[end - 1])
            ++end;
        if (typing_to_sac(screen)) co_return strange(ConsoleOutcome::auth_failed);
        std::string keys(text.substr(done, end - done));
        const auto wanted = start + static_cast<int>(end);
        const Terminal::Ready there = [&screen, wanted, row] {
            return screen.cursor_row() != row || screen.cursor_column() >= wanted;
        };
        const auto began = Clock::now();
        auto typed = co_await terminal.type(std::move(keys), deadline);
        if (!typed) co_return typed;
        const auto limit = doubled ? doubled_patience(repeats, slowest) : label_patience;
        auto echoed = co_await terminal.until(there, limit, deadline);
        if (!echoed) co_return std::move(echoed).error();
        if (*echoed && screen.cursor_row() == row && screen.cursor_column() == wanted) {
            done = end;
            repeats = 0;
            slowest = std::max(slowest, Clock::now() - began);
            continue;
        }
        if (!doubled || *echoed || ++repeats > most_repeats) {
            co_return console_error(
                ConsoleOutcome::transfer_corrupt, "the logon dialog takes other keys than we type"
            );
        }
    }
    co_return Status();
}

// Returns the next field: its label in another row than the last one's.
Task<Result<bool>> next_label(Terminal& terminal, int before, HostDeadline& deadline) {
    const Terminal::Ready ready = [&terminal, before] {
        const auto at = at_label(terminal.screen());
        return (at && *at != before) || typing_to_sac(terminal.screen()) ||
               (before < 0 && at_shell_prompt(terminal.screen()));
    };
    const auto limit = label_patience;
    auto came = co_await terminal.until(ready, limit, deadline);
    if (came && *came && typing_to_sac(terminal.screen())) co_return false;
    co_return came;
}

// Of a refusal's words none is kept: the host has seen the password.
Task<Status> wait_for_shell(Terminal& terminal, HostDeadline& deadline) {
    const auto& screen = terminal.screen();
    const Terminal::Ready ready = [&screen] {
        const auto text = screen.dump();
        return at_shell_prompt(screen) || typing_to_sac(screen) ||
               read_switch_screen(screen).has_value() ||
               text.find(refused_text) != std::string::npos;
    };
    const auto limit = profile_patience;
    auto came = co_await terminal.until(ready, limit, deadline);
    if (!came) co_return std::move(came).error();
    if (*came && at_shell_prompt(screen)) co_return Status();
    co_return console_error(ConsoleOutcome::auth_failed);
}

} // namespace

Clock::duration doubled_patience(int repeats, Clock::duration slowest) noexcept {
    constexpr Clock::duration shortest = 700ms;
    return std::min<Clock::duration>(
        std::max<Clock::duration>(shortest, 3 * slowest) * (repeats + 1), label_patience
    );
}

Account account_of(std::string_view user) {
    const auto slash = user.find('\\');
    if (slash == std::string_view::npos) return {"", std::string(user)};
    auto domain = std::string(user.substr(0, slash));
    if (domain == ".") domain.clear();
    return {std::move(domain), std::string(user.substr(slash + 1))};
}

Task<Status> log_on(
    Terminal& terminal, const Account& account, std::string_view password, HostDeadline& deadline
) {
    const auto& screen = terminal.screen();
    int before = -1;
    const std::array<std::string_view, 3> fields{account.user, account.domain, password};
    for (const auto field : fields) {
        auto asked = co_await next_label(terminal, before, deadline);
        if (!asked) co_return std::move(asked).error();
        if (!*asked) co_return strange(ConsoleOutcome::cmd_unavailable);
        // Public automation shows images whose channels open a shell without asking.
        if (before < 0 && at_shell_prompt(screen)) co_return Status();
        auto still = co_await terminal.quiet(150ms, 1s, deadline);
        if (!still) co_return still;
        before = screen.cursor_row();
        auto typed = co_await type_counted(terminal, field, deadline);
        if (!typed) co_return typed;
        terminal.mark();
        auto entered = co_await terminal.type("\r", deadline);
        if (!entered) co_return entered;
    }
    co_return co_await wait_for_shell(terminal, deadline);
}

} // namespace rdpsweep::serial
