// Tries each address in turn, and tells from the error whose fault a failure is.
#include "transports/net/dial.hpp"

#include <algorithm>

namespace rdpsweep::net {

namespace {

using asio::ip::tcp;

Error connect_error(const boost::system::error_code& code, bool timed_out, bool aborted) {
    const auto make = [&code](Errc errc, const char* what, const char* hint) {
        auto native = code ? "errno " + std::to_string(code.value()) + " " + code.message() : "";
        return Error(Phase::connect, errc, what).with_hint(hint).with_native(std::move(native));
    };
    if (aborted) return make(Errc::cancelled, "the run ended while connecting", "");
    if (timed_out) {
        return Error(Phase::connect, Errc::timed_out, "TCP connection attempts are not answered")
            .with_hint("is the VM running, and do NSG and firewall admit this port from here?");
    }
    namespace error = asio::error;
    if (code == error::connection_refused) {
        return make(
            Errc::refused,
            "nothing listens on the port",
            "is the service enabled? for WinRM: winrm quickconfig -transport:https"
        );
    }
    if (code == error::no_descriptors ||
        code == boost::system::errc::too_many_files_open_in_system ||
        code == error::no_buffer_space || code == boost::system::errc::address_not_available) {
        return make(
            Errc::local_limit,
            "this machine has no descriptor or port left for another connection",
            "raise ulimit -n or lower --jobs"
        );
    }
    if (code == error::connection_reset || code == error::connection_aborted) {
        return make(Errc::peer_closed, "the connection was reset while it was opened", "");
    }
    return make(Errc::unreachable, "no route to the host", "check routing, VPN and peering");
}

Task<Result<tcp::socket>>
dial_one(tcp::endpoint endpoint, Services& services, HostDeadline& deadline) {
    tcp::socket socket(deadline.executor());
    boost::system::error_code code;
    socket.open(endpoint.protocol(), code);
    if (code) co_return connect_error(code, false, false);
    bool timed_out = false;
    asio::steady_timer timer(deadline.executor(), services.connect_timeout);
    {
        const auto guard = deadline.on_abort([&socket] {
            boost::system::error_code ignored;
            socket.close(ignored);
        });
        timer.async_wait([&socket, &timed_out](boost::system::error_code stopped) {
            if (stopped) return;
            timed_out = true;
            boost::system::error_code ignored;
            socket.close(ignored);
        });
        co_await socket.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, code));
        // The timer's handler refers to this frame: it must have run or be cancelled before we go.
        if (timer.cancel() == 0 && !timed_out) {
            co_await asio::post(deadline.executor(), asio::use_awaitable);
        }
    }
    if (code || timed_out || deadline.expired()) {
        co_return connect_error(code, timed_out || deadline.expired(), deadline.aborted());
    }
    socket.set_option(tcp::no_delay(true), code);
    co_return std::move(socket);
}

} // namespace

Task<Result<tcp::socket>>
dial(Endpoint to, Services& services, HostDeadline& deadline, Attempt& attempt) {
    attempt.enter(Phase::resolve);
    auto addresses = co_await services.resolver.resolve(to.host, deadline);
    if (!addresses) co_return std::move(addresses).error();
    attempt.enter(Phase::connect);
    auto last = Error(Phase::connect, Errc::unreachable, "the name has no address");
    for (const auto& candidate : *addresses) {
        const tcp::endpoint endpoint(candidate, to.port);
        auto socket = co_await dial_one(endpoint, services, deadline);
        if (socket) {
            ++attempt.round_trips;
            co_return std::move(*socket);
        }
        last = std::move(socket).error();
        if (last.code() == Errc::local_limit) services.pacer.slow_down();
        if (deadline.expired()) break;
    }
    co_return last;
}

} // namespace rdpsweep::net
