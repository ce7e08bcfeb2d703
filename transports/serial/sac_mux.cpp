// Waits out a boot, pages through SAC's screens, and finds its own channel by what is new in the
// list.
#include "transports/serial/sac_mux.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <ctime>
#include <set>

namespace rdpsweep::serial {

namespace {

using namespace std::chrono_literals;

constexpr auto past_silence = 1500ms; // no byte for so long: what came before us is over
constexpr auto past_cap = 10s;
constexpr auto boot_patience = 140s;
constexpr auto young = 180s;      // since its start: Windows may still be starting
constexpr auto key_patience = 4s; // for what a key must bring about
constexpr auto service_patience = 30s;
constexpr std::size_t most_prompts = 9; // of ten channels SAC itself takes one
constexpr int most_pages = 20;

// ESC TAB goes to the channel manager wherever we are, and 0 is its key for SAC: what the shell or
// the logon dialog on the screen holds is not touched.
constexpr auto to_sac_keys = "\x1b\t0";
constexpr auto enter_key = "\r"; // never CR LF: a stray LF is another Enter

// Returns as many as a line of SAC holds, and some more.
std::string backspaces() {
    return std::string(80, '\b');
}

// The service that starts command prompts may come up, with an event, after SAC: then it could not
// launch one; else prompts are disabled.
Error no_prompt(const std::string& words) {
    const bool may_come = words.find("Unable to launch") != std::string::npos;
    const auto outcome = may_come ? ConsoleOutcome::cmd_unavailable : ConsoleOutcome::cmd_disabled;
    return console_error(outcome, "SAC said: " + foreign_text(words, 200));
}

} // namespace

Error SacMux::silent() const {
    const auto& signs = terminal_.signs();
    if (signs.health) return console_error(ConsoleOutcome::ems_disabled);
    if (past_ || signs.heard) return console_error(ConsoleOutcome::no_echo);
    return console_error(ConsoleOutcome::no_response);
}

Task<Status> SacMux::wait_for_boot(std::int64_t booted, HostDeadline& deadline) {
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    const bool just_started = booted != 0 && now - booted < young.count();
    const auto end = Clock::now() + boot_patience;
    // ESC at a boot menu cancels and restarts: not a key before SAC has spoken.
    while (terminal_.signs().boot_text || (just_started && !terminal_.signs().heard)) {
        if (Clock::now() >= end) co_return console_error(ConsoleOutcome::booting);
        auto waited = co_await terminal_.quiet(2s, 5s, deadline);
        if (!waited) co_return waited;
        const bool over = just_started && now + 60 < static_cast<std::int64_t>(std::time(nullptr));
        if (over && !terminal_.signs().boot_text) break;
    }
    co_return Status();
}

Task<Status> SacMux::arrive(std::int64_t booted, HostDeadline& deadline) {
    auto past = co_await terminal_.quiet(past_silence, past_cap, deadline);
    if (!past) co_return past;
    auto started = co_await wait_for_boot(booted, deadline);
    if (!started) co_return started;
    if (terminal_.signs().crash) co_return console_error(ConsoleOutcome::vm_crashed);
    past_ = terminal_.signs().heard;
    const bool health = terminal_.signs().health;
    terminal_.forget_signs();
    auto there = co_await to_sac(deadline);
    if (!there && health && there.error().native() != to_string(ConsoleOutcome::vm_rebooted)) {
        co_return console_error(ConsoleOutcome::ems_disabled);
    }
    co_return there;
}

// Tells whether SAC's own switch screen came after mark(); or, where SAC is the only channel and
// there may be nothing to switch to, its prompt with our 0 behind it.
Task<Result<bool>> SacMux::see_sac_screen(HostDeadline& deadline) {
    const Terminal::Ready ready = [this] {
        const auto& screen = terminal_.screen();
        if (!terminal_.fresh(screen.cursor_row())) return false;
        const auto seen = read_switch_screen(screen);
        if (seen) return seen->sac;
        return typing_to_sac(screen) && screen.row(screen.cursor_row()).ends_with('0');
    };
    const auto limit = key_patience;
    auto came = co_await terminal_.until(ready, limit, deadline);
    co_return came;
}

Task<Status> SacMux::to_sac(HostDeadline& deadline) {
    for (int tries = 0;; ++tries) {
        terminal_.mark();
        auto typed = co_await terminal_.type(to_sac_keys, deadline);
        if (!typed) co_return typed;
        auto seen = co_await see_sac_screen(deadline);
        if (!seen) co_return std::move(seen).error();
        if (*seen && typing_to_sac(terminal_.screen())) co_return co_await clear_line(deadline);
        if (*seen) break;
        const bool degraded = terminal_.signs().degraded ||
                              terminal_.screen().dump().find("!SAC>") != std::string::npos;
        if (degraded) co_return console_error(ConsoleOutcome::sac_degraded);
        if (tries == 1) co_return silent();
    }
    terminal_.mark();
    auto dismissed = co_await terminal_.type(enter_key, deadline);
    if (!dismissed) co_return dismissed;
    const Terminal::Ready ready = [this] {
        return terminal_.news() && !read_switch_screen(terminal_.screen());
    };
    auto came = co_await terminal_.until(ready, key_patience, deadline);
    if (!came) co_return std::move(came).error();
    if (!*came) co_return silent();
    auto settled = co_await terminal_.quiet(200ms, 1s, deadline);
    if (!settled) co_return settled;
    co_return co_await clear_line(deadline);
}

// Clears the line. Somebody may have left half a command: it is rubbed out, and seen to be gone,
// before Enter proves that a new prompt comes. A visit that returns to SAC may find no prompt.
Task<Status> SacMux::clear_line(HostDeadline& deadline) {
    const Terminal::Ready empty = [this] {
        return at_sac_prompt(terminal_.screen()) || !typing_to_sac(terminal_.screen());
    };
    auto typed = co_await terminal_.type(backspaces(), deadline);
    if (!typed) co_return typed;
    auto cleared = co_await terminal_.until(empty, key_patience, deadline);
    if (!cleared) co_return std::move(cleared).error();
    if (!*cleared) co_return silent();
    terminal_.mark();
    auto entered = co_await terminal_.type(enter_key, deadline);
    if (!entered) co_return entered;
    co_return co_await wait_for_prompt(deadline);
}

// A new, empty prompt, painted since mark(). Long lists stop after a screenful until Enter: a
// screen that is full and still, without a prompt.
Task<Status> SacMux::wait_for_prompt(HostDeadline& deadline) {
    const Terminal::Ready ready = [this] {
        const auto& screen = terminal_.screen();
        return at_sac_prompt(screen) && terminal_.fresh(screen.cursor_row());
    };
    for (int page = 0; page < most_pages; ++page) {
        auto came = co_await terminal_.until(ready, key_patience, deadline);
        if (!came) co_return std::move(came).error();
        if (*came) co_return Status();
        const bool full = terminal_.screen().cursor_row() >= screen_rows - 2;
        if (!full || !terminal_.news() || typing_to_sac(terminal_.screen())) break;
        auto turned = co_await terminal_.type(enter_key, deadline);
        if (!turned) co_return turned;
    }
    co_return console_error(
        ConsoleOutcome::no_echo, "SAC did not come back to its prompt; " + what_is_shown(terminal_)
    );
}

// Types text and sees it echoed behind the prompt. False when something came between.
Task<Result<bool>> SacMux::say(const std::string& text, HostDeadline& deadline) {
    const Terminal::Ready echoed = [this, &text] {
        const auto& screen = terminal_.screen();
        return screen.row(screen.cursor_row()) == "SAC>" + text;
    };
    auto typed = co_await terminal_.type(text, deadline);
    if (!typed) co_return std::move(typed).error();
    auto seen = co_await terminal_.until(echoed, key_patience, deadline);
    co_return seen;
}

Task<Result<std::vector<std::string>>> SacMux::command(std::string text, HostDeadline& deadline) {
    if (text.empty()) {
        co_return Error(Phase::open, Errc::bug, "a command that SAC must not get");
    }
    for (int tries = 0;; ++tries) {
        if (!at_sac_prompt(terminal_.screen())) {
            auto cleared = co_await clear_line(deadline);
            if (!cleared) co_return std::move(cleared).error();
        }
        auto said = co_await say(text, deadline);
        if (!said) co_return std::move(said).error();
        if (*said) break;
        if (tries == 2) co_return silent(); // an event may come between once or twice
        auto still = co_await terminal_.quiet(500ms, 3s, deadline);
        if (!still) co_return std::move(still).error();
    }
    terminal_.mark();
    auto entered = co_await terminal_.type(enter_key, deadline);
    if (!entered) co_return std::move(entered).error();
    // A switch leaves the prompt: that is for enter() to see.
    if (text.starts_with("ch -s")) co_return std::vector<std::string>();
    auto prompt = co_await wait_for_prompt(deadline);
    if (!prompt) co_return std::move(prompt).error();
    // Events come just behind an answer.
    auto still = co_await terminal_.quiet(200ms, 1s, deadline);
    if (!still) co_return std::move(still).error();
    co_return fresh_rows(text);
}

// Returns what SAC answered: the rows painted since Enter, but for prompts and what we said.
std::vector<std::string> SacMux::fresh_rows(const std::string& said) const {
    std::vector<std::string> rows;
    for (int at = 0; at < screen_rows; ++at) {
        if (!terminal_.fresh(at)) continue;
        auto row = terminal_.screen().row(at);
        if (row.empty() || row == "SAC>" || row == "SAC>" + said) continue;
        rows.push_back(std::move(row));
    }
    return rows;
}

Task<Result<std::vector<ChannelRow>>> SacMux::channels(HostDeadline& deadline) {
    auto rows = co_await command(text_of(SacCommand::list_channels), deadline);
    if (!rows) co_return std::move(rows).error();
    std::vector<ChannelRow> found;
    for (const auto& row : *rows)
        if (auto channel = read_channel(row)) found.push_back(*std::move(channel));
    co_return found;
}

Task<Result<SacFacts>> SacMux::ask(HostDeadline& deadline) {
    SacFacts facts;
    auto identity = co_await command(text_of(SacCommand::identify), deadline);
    if (!identity) co_return std::move(identity).error();
    for (const auto& row : *identity)
        facts.identity += row + "\n";
    facts.build = read_build(terminal_.screen());
    auto clock = co_await command(text_of(SacCommand::clock), deadline);
    if (!clock) co_return std::move(clock).error();
    for (const auto& row : *clock)
        facts.clock += row + "\n";
    co_return facts;
}

Task<Status> SacMux::open_channel(HostDeadline& deadline) {
    auto before = co_await channels(deadline);
    if (!before) co_return std::move(before).error();
    std::set<std::string> known;
    foreign_ = 0; // a lost connection may bring us here again
    for (const auto& row : *before) {
        known.insert(row.name);
        if (row.index != 0) ++foreign_;
    }
    if (foreign_ >= most_prompts) co_return console_error(ConsoleOutcome::channels_full);
    const auto end = Clock::now() + service_patience;
    for (;;) {
        auto started = co_await start_prompt(known, deadline);
        if (!started) co_return std::move(started).error();
        if (started->open) co_return Status();
        if (Clock::now() >= end) co_return no_prompt(started->words);
        terminal_.mark();
        const Terminal::Ready event = [this] { return terminal_.news(); };
        auto news = co_await terminal_.until(event, 10s, deadline);
        if (!news) co_return std::move(news).error();
        auto still = co_await terminal_.quiet(300ms, 2s, deadline);
        if (!still) co_return still;
    }
}

// Asks for a command prompt once.
Task<Result<SacMux::Started>>
SacMux::start_prompt(const std::set<std::string>& known, HostDeadline& deadline) {
    asked_ = true;
    auto answer = co_await command(text_of(SacCommand::start_prompt), deadline);
    if (!answer) co_return std::move(answer).error();
    auto after = co_await channels(deadline);
    if (!after) co_return std::move(after).error();
    // Told by the difference, not by the event: a repaint shows old events again.
    std::vector<std::string> born;
    for (const auto& row : *after)
        if (row.index != 0 && !known.contains(row.name)) born.push_back(row.name);
    asked_ = born.size() > 1;
    if (born.size() > 1) {
        co_return console_error(
            ConsoleOutcome::cmd_unavailable, "two channels appeared: one is somebody else's"
        );
    }
    if (!born.empty()) {
        channel_ = born.front();
        co_return Started{true, {}};
    }
    auto words = join(*answer, " ");
    if (const auto status = read_status(words); !status.empty()) {
        co_return console_error(
            ConsoleOutcome::cmd_unavailable, "SAC said: " + foreign_text(words, 200), status
        );
    }
    co_return Started{false, std::move(words)};
}

Task<Status> SacMux::enter(HostDeadline& deadline) {
    const Terminal::Ready ours = [this] {
        const auto seen = read_switch_screen(terminal_.screen());
        return seen && !seen->sac && seen->name == channel_;
    };
    const auto text = text_of(SacCommand::switch_channel, channel_);
    for (int tries = 0;; ++tries) {
        auto asked = co_await command(text, deadline);
        if (!asked) co_return std::move(asked).error();
        auto seen = co_await terminal_.until(ours, 2s, deadline);
        if (!seen) co_return std::move(seen).error();
        if (*seen) break;
        // For a second after its birth a channel may not be there yet.
        if (tries == 9 || !typing_to_sac(terminal_.screen())) {
            co_return console_error(
                ConsoleOutcome::cmd_unavailable,
                "our channel did not show; " + what_is_shown(terminal_)
            );
        }
        auto still = co_await terminal_.quiet(500ms, 1s, deadline);
        if (!still) co_return still;
    }
    terminal_.mark();
    co_return co_await terminal_.type(enter_key, deadline);
}

Task<bool> SacMux::leave(HostDeadline& deadline) {
    if (channel_.empty()) co_return true;
    terminal_.forget_signs();
    auto there = Status();
    const auto seen = read_switch_screen(terminal_.screen());
    if (!typing_to_sac(terminal_.screen()) || seen) there = co_await to_sac(deadline);
    if (!there) co_return false;
    for (int tries = 0; tries < 2; ++tries) {
        auto open = co_await channels(deadline);
        if (!open) co_return false;
        const bool lives = std::any_of(open->begin(), open->end(), [this](const ChannelRow& row) {
            return row.name == channel_;
        });
        if (!lives) {
            channel_.clear();
            co_return true;
        }
        auto closed = co_await command(text_of(SacCommand::close_channel, channel_), deadline);
        if (!closed) co_return false;
    }
    co_return false;
}

} // namespace rdpsweep::serial
