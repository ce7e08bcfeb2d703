// Carries keys and screens between a person and the console until one side ends.
#include "scanner/console/console_session.hpp"

#include "core/spawn.hpp"
#include "core/text.hpp"
#include "transports/serial/ws_pipe.hpp"

#include <array>
#include <unistd.h>
#include <utility>

namespace rdpsweep {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t frame_bytes = 256;
constexpr auto to_sac_keys = "\x1b\t0";

void write_all(int descriptor, const TerminalText& text) {
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto count = write(descriptor, rest.data(), rest.size());
        if (count <= 0) return;
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
}

} // namespace

ConsoleSession::ConsoleSession(const Access& access, Terminal terminal, Manners manners)
    : services_(access.services), arm_(access.arm), console_(access.arm), target_(access.target),
      manners_(manners), display_(terminal.display),
      keyboard_(access.executor, dup(terminal.keyboard)), keys_(manners.admin),
      screen_(std::make_unique<serial::Screen>()) {}

std::string ConsoleSession::usual_status() const {
    return " " + target_.name + " | Ctrl-] menu ";
}

Task<Status> ConsoleSession::attach(HostDeadline& deadline) {
    if (!manners_.takeover) {
        auto used = co_await console_.in_use(target_.vm, deadline);
        if (!used) co_return std::move(used).error();
        if (*used) co_return serial::console_error(serial::ConsoleOutcome::console_in_use);
    }
    auto gateway = co_await console_.connect(target_.vm, state_.custom_storage, deadline);
    if (!gateway) co_return std::move(gateway).error();
    gateway_ = *gateway;
    auto token = co_await console_.token(deadline);
    if (!token) co_return std::move(token).error();
    serial::Entrance entrance{std::move(*gateway), std::move(*token)};
    auto pipe = co_await serial::open_ws_pipe(std::move(entrance), services_, deadline, attempt_);
    if (!pipe) co_return std::move(pipe).error();
    pipe_ = std::move(*pipe);
    screen_ = std::make_unique<serial::Screen>();
    status_ = usual_status();
    co_return Status();
}

void ConsoleSession::show() {
    write_all(display_, painter_.paint(*screen_, status_));
}

Task<Status> ConsoleSession::run(HostDeadline& deadline) {
    auto state = co_await console_.inspect(target_.vm, deadline);
    if (!state) co_return std::move(state).error();
    state_ = *std::move(state);
    auto attached = co_await attach(deadline);
    if (!attached) co_return attached;
    show();
    reading_ = true;
    spawn(deadline.executor(), read_keys(deadline));
    co_await listen(deadline);
    if (pipe_) co_await pipe_->close(deadline);
    leaving_ = true;
    boost::system::error_code ignored;
    keyboard_.cancel(ignored);
    asio::steady_timer timer(deadline.executor());
    while (reading_) {
        timer.expires_after(10ms);
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    write_all(display_, "\x1b[" + printable(serial::screen_rows + 2) + ";1H\r\n");
    co_return Status();
}

// Shows what comes. When the console is closed, Enter opens it again (read_keys()).
Task<void> ConsoleSession::listen(HostDeadline& deadline) {
    asio::steady_timer timer(deadline.executor());
    boost::system::error_code ignored;
    while (!leaving_ && !deadline.expired()) {
        if (!pipe_) {
            timer.expires_after(100ms);
            co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
            continue;
        }
        auto came = co_await pipe_->receive(200ms, deadline);
        if (leaving_) co_return;
        if (!came) {
            status_ =
                " " + std::string(came.error().detail()) + " | Enter: again, Ctrl-] q: leave ";
            pipe_.reset();
        } else if (!came->empty()) {
            screen_->feed(*came);
        } else {
            continue;
        }
        show();
    }
}

Task<void> ConsoleSession::read_keys(HostDeadline& deadline) {
    std::array<char, 1024> buffer{};
    boost::system::error_code code;
    const auto guard = deadline.on_abort([this] {
        boost::system::error_code ignored;
        keyboard_.cancel(ignored);
    });
    while (!leaving_ && !deadline.expired()) {
        const auto into = asio::buffer(buffer);
        const auto count = co_await keyboard_.async_read_some(
            into, asio::redirect_error(asio::use_awaitable, code)
        );
        if (code || count == 0) break;
        std::string_view typed(buffer.data(), count);
        while (!typed.empty() && !leaving_) {
            auto step = keys_.take(typed);
            if (!pipe_ && step.send.find('\r') != std::string::npos) {
                auto attached = co_await attach(deadline);
                if (!attached) status_ = " " + std::string(attached.error().detail()) + " ";
                show();
                step.send.clear();
            }
            for (std::size_t at = 0; pipe_ && at < step.send.size(); at += frame_bytes) {
                auto sent = co_await pipe_->send(step.send.substr(at, frame_bytes), deadline);
                if (!sent) break; // listen() will say so
            }
            co_await act(step.action, deadline);
        }
    }
    leaving_ = true;
    reading_ = false;
}

Task<void> ConsoleSession::act(ConsoleAction action, HostDeadline& deadline) {
    switch (action) {
    case ConsoleAction::none:
        co_return;
    case ConsoleAction::leave:
        leaving_ = true;
        co_return;
    case ConsoleAction::show_menu:
        status_ = " " + keys_.menu() + " ";
        break;
    case ConsoleAction::to_sac:
        status_ = usual_status();
        if (pipe_) {
            auto sent = co_await pipe_->send(to_sac_keys, deadline);
            (void)sent;
        }
        break;
    case ConsoleAction::ask_nmi:
        status_ = " NMI ends Windows with a bugcheck. Sure? y/n ";
        break;
    case ConsoleAction::ask_reset:
        status_ = " The VM restarts at once, what is unsaved is lost. Sure? y/n ";
        break;
    case ConsoleAction::nmi:
        co_await order("nmi", deadline);
        break;
    case ConsoleAction::reset:
        co_await order("reset", deadline);
        break;
    case ConsoleAction::hide_menu:
        status_ = usual_status();
        break;
    }
    show();
}

// Orders what Azure does to the VM from outside; only while a session is open.
Task<void> ConsoleSession::order(std::string what, HostDeadline& deadline) {
    auto path = gateway_.path;
    constexpr std::string_view client = "/client";
    if (path.ends_with(client)) path.resize(path.size() - client.size());
    const auto url = "https://" + gateway_.host + ":" + std::to_string(gateway_.port) + path +
                     "/adminCommand/" + what;
    const auto body = R"({"command":")" + what + R"(","requestId":")" + ascii_lower(random_guid()) +
                      R"(","commandParameters":{}})";
    auto done = co_await arm_.order_gateway(url, body, deadline);
    const bool good = done && done->status == 200;
    status_ = good   ? " " + what + ": Azure did it "
              : done ? " " + what + ": Azure said HTTP " + std::to_string(done->status) + " "
                     : " " + what + ": " + std::string(done.error().detail()) + " ";
}

} // namespace rdpsweep
