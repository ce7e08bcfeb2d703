// Scripts to the VM, and what they print back.
#include "core/digest.hpp"
#include "core/encoding.hpp"
#include "core/idle_exchanges.hpp"
#include "core/inflate.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "transports/serial/page_on_screen.hpp"
#include "transports/serial/reading.hpp"
#include "transports/serial/shell_link.hpp"

#include <algorithm>
#include <charconv>

#include "embedded/serial_loader.hpp"
#include "embedded/serial_pager.hpp"

namespace rdpsweep::serial {

namespace {

using namespace std::chrono_literals;

constexpr auto start_patience = 45s; // PowerShell on a busy machine
constexpr auto answer_patience = 3s; // then a line or a row is asked for again
constexpr auto row_echo_patience = 8s;
constexpr auto script_patience = 120s;
constexpr auto kept_for_cleaning = 12s; // of the VM's time
constexpr std::size_t lines_a_frame = 4;
constexpr std::size_t window = 8; // lines without an answer: 496 bytes on their way at most
constexpr int most_failures = 12;
constexpr std::size_t most_packed = 1u << 20;

// Typed behind the shell's prompt, the only line that is no comment: takes pairs of letters
// (letter_lines()) until "#." and runs them. Written so that no key follows its equal; Read-Host
// works in constrained language too. 3 * 379 is 16 * 'A' + 'a'.
constexpr std::string_view starter =
    "powershelL -nop -c \"$s=' ';while( ($l=read-host)-ne'#.'){$s+=$l.trim('# ')};$t=' ';"
    "for($i=1;$i -lt $s.length;$i+=2){$t+=[char](16*$s[$i]+$s[$i+1]-3*379)};iex $t\"";
static_assert(no_equal_neighbours(starter));
constexpr auto last_letters = "#.";

Error corrupt(const Terminal& terminal, const char* what) {
    return console_error(
        ConsoleOutcome::transfer_corrupt, std::string(what) + "; " + what_is_shown(terminal)
    );
}

Error not_there() {
    return Error(Phase::run, Errc::nonzero_exit, "PowerShell does not start on the VM's console")
        .with_native("exit 9009")
        .with_hint("an antivirus or AppLocker may block it; try another transport");
}

} // namespace

Task<Result<CommandOutput>>
ShellLink::run(const Script& script, const ScriptInput& input, HostDeadline& deadline) {
    auto done = co_await transfer(script, input, deadline);
    if (done) co_return done;
    // Whatever holds the prompt is given up, so that the shell can be left.
    if (!terminal_.lost() && !deadline.expired() && !at_shell_prompt(terminal_.screen())) {
        auto back = co_await interrupt(deadline);
        (void)back;
    }
    co_return done;
}

Task<Result<CommandOutput>>
ShellLink::transfer(const Script& script, const ScriptInput& input, HostDeadline& deadline) {
    auto cleared = co_await clear(deadline);
    if (!cleared) co_return std::move(cleared).error();
    auto loaded = co_await start_loader(deadline);
    if (!loaded) co_return std::move(loaded).error();
    const auto pager = stripped(embedded::serial_pager);
    const auto parameters = input.nonce() + "\n" + input.arguments();
    for (const std::string_view text :
         {std::string_view(pager), std::string_view(parameters), script.text()}) {
        auto pushed = co_await push(text, deadline);
        if (!pushed) co_return std::move(pushed).error();
    }
    auto said = co_await read_pages(deadline);
    if (!said) co_return std::move(said).error();
    // Its pages are whole and checked: a console that is lost now takes nothing of it back.
    (void)co_await wait_for_prompt(answer_patience, deadline);
    // First line: how much of what follows is an error.
    CommandOutput output;
    const auto line = said->find('\n');
    std::size_t wrong = 0;
    const auto parsed = std::from_chars(said->data(), said->data() + said->size(), wrong);
    if (line == std::string::npos || parsed.ec != std::errc() || wrong > said->size()) {
        co_return corrupt(terminal_, "the answer has no first line");
    }
    output.err = said->substr(line + 1, wrong);
    output.out = said->substr(std::min(said->size(), line + 1 + wrong));
    output.exit_code = wrong == 0 ? 0 : 1;
    co_return output;
}

Task<Status> ShellLink::start_loader(HostDeadline& deadline) {
    auto typed = co_await type_line(std::string(starter), deadline);
    if (!typed) co_return typed;
    terminal_.mark();
    auto entered = co_await terminal_.type("\r", deadline);
    if (!entered) co_return entered;
    // Where PowerShell is missing the prompt is back at once.
    auto back = co_await wait_for_prompt(1500ms, deadline);
    if (!back) co_return std::move(back).error();
    if (*back) co_return not_there();
    auto pushed = co_await push_letters(deadline);
    if (!pushed) co_return pushed;
    co_return co_await wait_for_loader(deadline);
}

// The first line waits for PowerShell to start: its echo says that somebody reads.
Task<Status> ShellLink::first_line(const std::string& line, HostDeadline& deadline) {
    const Terminal::Ready echoed = [this, &line] {
        return shows(terminal_.screen(), line) || at_shell_prompt(terminal_.screen());
    };
    auto typed = co_await terminal_.type(line + "\r", deadline);
    if (!typed) co_return typed;
    auto seen = co_await terminal_.until(echoed, start_patience, deadline);
    if (!seen) co_return std::move(seen).error();
    if (!*seen) {
        co_return console_error(
            ConsoleOutcome::probe_timeout,
            "PowerShell does not begin to read; " + what_is_shown(terminal_)
        );
    }
    if (at_shell_prompt(terminal_.screen())) co_return not_there();
    co_return Status();
}

Task<Status> ShellLink::push_letters(HostDeadline& deadline) {
    const auto text = stripped(embedded::serial_loader);
    const auto lines = letter_lines(text);
    auto first = co_await first_line(lines.front(), deadline);
    if (!first) co_return first;
    for (std::size_t at = 1; at < lines.size(); at += lines_a_frame) {
        std::string frame;
        const auto end = std::min(lines.size(), at + lines_a_frame);
        for (auto i = at; i < end; ++i)
            frame += lines[i] + "\r";
        // Each line is on the screen as we typed it, or the start is given up.
        const Terminal::Ready echoed = [this, &lines, at, end] {
            for (auto i = at; i < end; ++i)
                if (!shows(terminal_.screen(), lines[i])) return false;
            return true;
        };
        auto typed = co_await terminal_.type(std::move(frame), deadline);
        if (!typed) co_return typed;
        auto seen = co_await terminal_.until(echoed, row_echo_patience, deadline);
        if (!seen) co_return std::move(seen).error();
        if (!*seen) co_return corrupt(terminal_, "the loader arrives damaged");
    }
    auto ended = std::string(last_letters) + "\r";
    co_return co_await terminal_.type(std::move(ended), deadline);
}

Task<Status> ShellLink::wait_for_loader(HostDeadline& deadline) {
    const Terminal::Ready ready = [this] {
        const auto& screen = terminal_.screen();
        return highest(screen, '+') >= 0 || shows(screen, "!C") || at_shell_prompt(screen);
    };
    auto came = co_await terminal_.until(ready, start_patience, deadline);
    if (!came) co_return std::move(came).error();
    if (shows(terminal_.screen(), "!C")) co_return console_error(ConsoleOutcome::clm_restricted);
    if (!*came || highest(terminal_.screen(), '+') < 0) {
        co_return corrupt(terminal_, "the loader does not start");
    }
    taken_ = 0;
    co_return Status();
}

// Sends lines by Go-back-N: lines are numbered, the loader says how many it has.
Task<Status> ShellLink::push(std::string_view text, HostDeadline& deadline) {
    const auto first = taken_;
    const auto lines = transfer_lines(text, first);
    std::size_t sent = 0;
    int failures = 0;
    while (taken_ - first < lines.size()) {
        std::string frame;
        std::size_t in_frame = 0;
        while (sent < lines.size() && sent < taken_ - first + window && in_frame < lines_a_frame) {
            frame += lines[sent++] + "\r";
            ++in_frame;
        }
        const bool room = sent < lines.size() && sent < taken_ - first + window;
        if (!frame.empty()) {
            auto typed = co_await terminal_.type(std::move(frame), deadline);
            if (!typed) co_return typed;
            if (room) continue;
        }
        auto answered = co_await wait_for_answers(first + sent, deadline);
        if (!answered) co_return std::move(answered).error();
        if (*answered > taken_) {
            taken_ = *answered;
            failures = 0;
        } else {
            if (++failures > most_failures) {
                co_return corrupt(terminal_, "the loader takes nothing any more");
            }
            ++resent_;
            sent = taken_ - first; // from the first that it has not
        }
    }
    co_return Status();
}

// Returns how many lines the loader has: as soon as it is more than before, or after its refusal
// has settled.
Task<Result<std::size_t>> ShellLink::wait_for_answers(std::size_t sent, HostDeadline& deadline) {
    const auto before = static_cast<int>(taken_);
    const auto all = static_cast<int>(sent);
    terminal_.mark();
    // Half of a window is enough to go on.
    const auto wanted = std::min(all, before + static_cast<int>(lines_a_frame));
    const Terminal::Ready ready = [this, wanted, before] {
        const auto& screen = terminal_.screen();
        if (highest(screen, '+') >= wanted) return true;
        for (int at = 0; at < screen_rows; ++at)
            if (terminal_.fresh(at) && answer_of(screen.row(at), '-') >= before) return true;
        return false;
    };
    auto came = co_await terminal_.until(ready, answer_patience, deadline);
    if (!came) co_return std::move(came).error();
    const auto have = highest(terminal_.screen(), '+');
    if (have >= wanted) co_return static_cast<std::size_t>(std::min(have, all));
    // What was on its way is refused too; only then is it sent again.
    auto still = co_await terminal_.quiet(400ms, 3s, deadline);
    if (!still) co_return std::move(still).error();
    const auto now = std::max(highest(terminal_.screen(), '+'), before);
    co_return static_cast<std::size_t>(std::min(now, all));
}

Task<Result<PageEnd>> ShellLink::read_page(
    std::size_t page, std::string& text, Clock::duration patience, HostDeadline& deadline
) {
    PageOnScreen seen(page, terminal_);
    const Terminal::Ready whole = [&] { return seen.whole(); };
    const Terminal::Ready begun = [&] { return seen.whole() || seen.end().has_value(); };
    // Only the first page waits for the script itself.
    auto limit = patience;
    for (int failures = 0;; ++failures) {
        auto came = co_await terminal_.until(begun, limit, deadline);
        if (!came) co_return std::move(came).error();
        const bool never = !*came && page == 0 && failures == 0;
        if (never) co_return console_error(ConsoleOutcome::probe_timeout);
        limit = answer_patience;
        // The page's end may be painted before its rows are.
        auto full = co_await terminal_.until(whole, 600ms, deadline);
        if (!full) co_return std::move(full).error();
        if (*full) break;
        if (failures == most_failures) co_return corrupt(terminal_, "a page stays damaged");
        ++resent_;
        const auto missing = seen.missing();
        auto again = page_answer(page, missing == 0 ? 0xffffffu : missing) + "\r";
        auto asked = co_await terminal_.type(std::move(again), deadline);
        if (!asked) co_return std::move(asked).error();
    }
    text += seen.text();
    co_return *seen.end();
}

Task<Result<std::string>> ShellLink::read_pages(HostDeadline& deadline) {
    std::string text;
    std::optional<PageEnd> last;
    IdleExchanges pages;
    held_ = HeldBytes(deadline.bytes());
    const Clock::duration spare = deadline.remaining() - Clock::duration(kept_for_cleaning);
    Clock::duration patience =
        std::max<Clock::duration>(std::min<Clock::duration>(spare, script_patience), 5s);
    for (std::size_t page = 0; !last || last->more; ++page) {
        const auto before = text.size();
        auto end = co_await read_page(page, text, patience, deadline);
        if (!end) co_return std::move(end).error();
        auto kept = co_await held_.hold(text.size(), deadline);
        if (kept && end->more) kept = co_await pages.pass(text.size() - before, deadline);
        if (!kept) co_return std::move(kept).error();
        last = std::move(*end);
        // Told and shown: a VM may say one and page for ever.
        if (last->bytes > most_packed || text.size() > 2 * most_packed) {
            co_return Error(
                Phase::run, Errc::output_limit, "the script printed more than we accept"
            );
        }
        auto answer = page_answer(page, 0) + "\r";
        if (!last->more) terminal_.mark();
        auto answered = co_await terminal_.type(std::move(answer), deadline);
        if (!answered) co_return std::move(answered).error();
        patience = answer_patience;
    }
    const auto packed = base64_decode(text);
    const bool whole =
        packed && packed->size() == last->bytes && sha256_hex(*packed).starts_with(last->hash);
    auto plain = whole ? inflate_raw(*packed, limits::stdout_bytes) : std::nullopt;
    if (!plain) co_return corrupt(terminal_, "the answer's hash does not match");
    auto kept = co_await held_.hold(plain->size(), deadline);
    if (!kept) co_return std::move(kept).error();
    co_return *std::move(plain);
}

} // namespace rdpsweep::serial
