// Leads one visit from permission through logon and script to its end, once anew after a lost
// connection.
#include "transports/serial/session.hpp"

#include "core/foreign_text.hpp"
#include "core/text.hpp"
#include "transports/serial/reading.hpp"
#include "transports/serial/ws_pipe.hpp"

#include <algorithm>

namespace rdpsweep::serial {

namespace {

using namespace std::chrono_literals;

constexpr auto cleaning_patience = 15s; // beyond the VM's own time
constexpr auto worth_coming_back = 45s; // of time that must be left
constexpr std::string_view printable_first = " ";

bool is_outcome(const Error& error, ConsoleOutcome outcome) {
    return error.native().starts_with(to_string(outcome));
}

// Keys go over the console as they are; a layout may change others.
bool can_be_typed(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c >= printable_first.front() && c < '\x7f';
    });
}

// A visit that was given more time than any by default (--deadline, a fix) has it here too.
Clock::time_point time_for(const HostDeadline& deadline) {
    if (deadline.remaining() > Clock::duration(limits::slow_host)) return deadline.at();
    return std::min(deadline.at(), Clock::now() + Clock::duration(limits::serial_host));
}

const Password* password_of(const Credential& credential) {
    return std::get_if<Password>(&credential.proof);
}

Error no_password() {
    return Error(Phase::config, Errc::unsupported, "a serial console takes a password only")
        .with_hint("give the target a credential with the password of an administrator");
}

} // namespace

SerialSession::SerialSession(Services& services, ArmConsole& console, const Errand& errand)
    : services_(services), console_(console), target_(errand.target),
      credential_(errand.credential), attempt_(errand.attempt),
      own_(errand.deadline.executor(), time_for(errand.deadline), errand.deadline.bytes()) {}

// While the visit lasts, its interruption is ours. Its deadline is not before ours.
HostDeadline::Guard SerialSession::follow(HostDeadline& deadline) {
    return deadline.on_abort([this, &deadline] {
        if (deadline.aborted()) return own_.abort();
        own_.expire(); // the host was ended for what it made us hold
    });
}

Task<Status> SerialSession::begin(HostDeadline& deadline) {
    const auto guard = follow(deadline);
    co_return co_await begin_here();
}

Task<Status> SerialSession::begin_here() {
    auto& deadline = own_;
    const auto* password = password_of(credential_);
    if (password == nullptr) co_return no_password();
    if (!can_be_typed(password->value.reveal()) || !can_be_typed(credential_.user)) {
        co_return Error(
            Phase::config,
            Errc::unsupported,
            "user or password holds characters that a serial console does not carry"
        )
            .with_hint("use a password of ASCII characters");
    }
    attempt_.identity = console_.identity();
    auto state = co_await console_.inspect(target_.vm, deadline);
    ++attempt_.round_trips;
    if (!state) co_return std::move(state).error();
    state_ = *std::move(state);
    auto attached = co_await attach(deadline);
    if (!attached) co_return attached;
    auto inside = co_await climb_in(deadline);
    if (inside) co_return inside;
    auto back = co_await come_back(std::move(inside).error(), deadline);
    if (back) back = co_await climb_in(deadline);
    if (!back) co_await clean_up();
    co_return back;
}

// Opens a new session at the gateway. A session that has the console keeps it, without --takeover.
Task<Status> SerialSession::attach(HostDeadline& deadline) {
    if (!services_.takeover) {
        auto used = co_await console_.in_use(target_.vm, deadline);
        ++attempt_.round_trips;
        if (!used) co_return std::move(used).error();
        if (*used) co_return console_error(ConsoleOutcome::console_in_use);
    }
    auto gateway = co_await console_.connect(target_.vm, state_.custom_storage, deadline);
    ++attempt_.round_trips;
    if (!gateway) co_return std::move(gateway).error();
    auto token = co_await console_.token(deadline);
    if (!token) co_return std::move(token).error();
    Entrance entrance{std::move(*gateway), std::move(*token)};
    auto pipe = co_await open_ws_pipe(std::move(entrance), services_, deadline, attempt_);
    if (!pipe) co_return std::move(pipe).error();
    if (terminal_ == nullptr) {
        terminal_ = std::make_unique<Terminal>(std::move(*pipe), attempt_);
        mux_.emplace(*terminal_);
    } else {
        terminal_->reattach(std::move(*pipe));
    }
    co_return Status();
}

Task<Status> SerialSession::climb_in(HostDeadline& deadline) {
    attempt_.enter(Phase::http);
    auto there = co_await mux_->arrive(state_.booted, deadline);
    if (!there) co_return there;
    auto opened = co_await mux_->open_channel(deadline);
    if (!opened) co_return opened;
    if (mux_->foreign_channels() != 0) {
        const auto count = std::to_string(mux_->foreign_channels());
        attempt_.notes.push_back(Message{"note.foreign_channels", {{"count", count}}});
    }
    auto entered = co_await mux_->enter(deadline);
    if (!entered) co_return entered;
    attempt_.enter(Phase::authenticate);
    const auto account = account_of(credential_.user);
    const auto password = password_of(credential_)->value.reveal();
    shown_ = true;
    auto logged_on = co_await log_on(*terminal_, account, password, deadline);
    if (!logged_on) co_return logged_on;
    logged_on_ = true;
    attempt_.enter(Phase::open);
    shell_.emplace(*terminal_);
    co_return co_await shell_->settle(deadline);
}

// The way was lost and nobody else has the console: one more, to clean up and go on. why stands
// otherwise.
Task<Status> SerialSession::come_back(Error why, HostDeadline& deadline) {
    const bool lost = terminal_->lost() && is_outcome(why, ConsoleOutcome::session_preempted);
    // A password that was shown and not accepted is not shown again.
    const bool unsure = shown_ && !logged_on_;
    if (!lost || unsure || std::exchange(resumed_, true)) co_return why;
    if (deadline.remaining() < Clock::duration(worth_coming_back)) co_return why;
    auto used = co_await console_.in_use(target_.vm, deadline);
    if (!used || *used) co_return why;
    const bool waited = co_await deadline.sleep(1s);
    if (!waited) co_return why;
    auto attached = co_await attach(deadline);
    if (!attached) co_return why;
    questions_.reset();
    shell_.reset();
    auto there = co_await mux_->arrive(0, deadline);
    if (!there) co_return there;
    const bool left = co_await mux_->leave(deadline);
    if (!left) co_return why;
    attempt_.notes.push_back(Message{"note.console_resumed", {}});
    co_return Status();
}

Task<Status> SerialSession::know_who(HostDeadline& deadline) {
    if (known_) co_return Status();
    auto who = co_await shell_->who(deadline);
    if (!who) co_return std::move(who).error();
    if (!who->user.empty()) attempt_.identity = foreign_text(who->user, 120);
    if (!who->elevated) co_return console_error(ConsoleOutcome::not_elevated);
    known_ = true;
    co_return Status();
}

Task<Status> SerialSession::prove(HostDeadline& deadline) {
    const auto guard = follow(deadline);
    co_return co_await know_who(own_);
}

Task<Result<CommandOutput>>
SerialSession::run(const Script& script, const ScriptInput& input, HostDeadline& deadline) {
    const auto guard = follow(deadline);
    co_return co_await run_here(script, input);
}

Task<Result<CommandOutput>>
SerialSession::run_here(const Script& script, const ScriptInput& input) {
    auto& deadline = own_;
    if (!shell_) co_return Error(Phase::run, Errc::peer_closed, "the console was left already");
    for (;;) {
        auto known = co_await know_who(deadline);
        if (!known && !terminal_->lost()) {
            co_await clean_up();
            co_return std::move(known).error();
        }
        attempt_.enter(Phase::run);
        auto why = Error(Phase::run, Errc::bug, "nothing was run");
        if (known) {
            auto done = co_await shell_->run(script, input, deadline);
            if (done) {
                if (shell_->resent() != 0) {
                    const auto count = std::to_string(shell_->resent());
                    attempt_.notes.push_back(Message{"note.console_resent", {{"count", count}}});
                }
                co_return done;
            }
            why = std::move(done).error();
        } else {
            why = std::move(known).error();
        }
        // The shell is there, PowerShell is not: the caller may ask cmd.exe.
        if (known && !terminal_->lost() && why.blames_powershell()) co_return why;
        // What changes a VM is not run a second time.
        const bool may = script.effect() == Script::Effect::read_only;
        auto back = Status(Error(why));
        if (may) back = co_await come_back(std::move(why), deadline);
        if (back) back = co_await climb_in(deadline);
        if (back) continue;
        co_await clean_up();
        co_return std::move(back).error();
    }
}

CimClient* SerialSession::cim() noexcept {
    if (!shell_) return nullptr;
    if (!questions_) questions_.emplace(*shell_);
    return &*questions_;
}

void SerialSession::note_leak() {
    if (std::exchange(leak_told_, true)) return;
    // Without a name: the list of channels shows it.
    auto name =
        mux_->channel().empty() ? std::string("Cmd....") : foreign_text(mux_->channel(), 40);
    attempt_.notes.push_back(Message{"note.channel_leaked", {{"channel", std::move(name)}}});
}

// What the port had said before we came, for a VM whose shell we could not have.
void SerialSession::note_the_past() {
    if (logged_on_ || terminal_->past().empty()) return;
    if (const auto info = read_machine_info(terminal_->past())) {
        attempt_.notes.push_back(Message{
            "note.boot_says",
            {{"name", foreign_text(info->name, 64)},
             {"build", info->build.empty() ? std::string("?") : info->build}}});
        return;
    }
    constexpr std::size_t shown = 200;
    const auto& past = terminal_->past();
    attempt_.notes.push_back(Message{"note.port_says", {{"text", foreign_end(past, shown)}}});
}

// What SAC tells anybody, for a VM whose shell we could not have.
Task<void> SerialSession::note_what_sac_says(HostDeadline& deadline) {
    if (logged_on_ || !at_sac_prompt(terminal_->screen())) co_return;
    auto facts = co_await mux_->ask(deadline);
    if (!facts) co_return;
    const auto build = facts->build == 0 ? std::string("?") : std::to_string(facts->build);
    attempt_.notes.push_back(Message{
        "note.sac_says", {{"build", build}, {"clock", foreign_text(trim(facts->clock), 160)}}});
}

// One reconnect, solely to close what we opened.
Task<void> SerialSession::leave_by_another_way(HostDeadline& deadline) {
    if (mux_->channel().empty() || std::exchange(resumed_, true)) co_return;
    auto used = co_await console_.in_use(target_.vm, deadline);
    if (!used || *used) co_return;
    auto attached = co_await attach(deadline);
    if (!attached) co_return;
    auto there = co_await mux_->arrive(0, deadline);
    if (there) co_await mux_->leave(deadline);
}

Task<void> SerialSession::clean_up() {
    if (terminal_ == nullptr) co_return;
    HostDeadline deadline(own_.executor(), Clock::now() + cleaning_patience, own_.bytes());
    note_the_past();
    const auto& signs = terminal_->signs();
    // Windows ended, and its channels with it: not a key for a boot menu.
    const bool gone = signs.reboot || signs.crash || signs.boot_text;
    if (gone) {
        mux_->forget_channel();
    } else if (terminal_->lost()) {
        co_await leave_by_another_way(deadline);
    } else {
        terminal_->forget_signs();
        if (shell_ && at_shell_prompt(terminal_->screen())) {
            auto left = co_await shell_->exit(deadline);
            const Terminal::Ready away = [this] {
                return read_switch_screen(terminal_->screen()).has_value() ||
                       typing_to_sac(terminal_->screen());
            };
            if (left) (void)co_await terminal_->until(away, 3s, deadline);
        }
        co_await mux_->leave(deadline);
        co_await note_what_sac_says(deadline);
    }
    if (!mux_->channel().empty() || mux_->may_have_opened()) note_leak();
    if (!terminal_->lost()) co_await terminal_->close(deadline);
    questions_.reset();
    shell_.reset();
    mux_.reset();
    terminal_.reset();
}

Task<void> SerialSession::close() noexcept {
    co_await clean_up();
}

} // namespace rdpsweep::serial
