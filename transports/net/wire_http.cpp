// Sends a request from where it lies, and reads the answer into a buffer that all connections of
// the lane share: what a host takes while it waits is a coroutine and what OpenSSL needs.
#include "transports/net/wire_http.hpp"

#include "core/idle_exchanges.hpp"
#include "transports/net/alert.hpp"
#include "transports/net/http_errors.hpp"
#include "transports/net/outgoing.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace rdpsweep::net {

using boost::system::error_code;

namespace {

// One TLS record (RFC 8446 section 5.1). Nothing in it outlives the call that filled it.
using Scratch = std::array<char, 16u << 10>;

Scratch& scratch() {
    static thread_local Scratch bytes;
    return bytes;
}

// Tries to write the next piece of a request.
Step write_some(Outgoing& out, Wire& wire) {
    auto& piece = scratch();
    const auto size = out.next(piece.data(), piece.size());
    const auto step = wire.write(piece.data(), size);
    if (out.secret()) explicit_bzero(piece.data(), size);
    out.sent(step.count);
    return step;
}

} // namespace

WireHttp::WireHttp(std::unique_ptr<Wire> wire, std::string authority, Attempt& attempt)
    : wire_(std::move(wire)), authority_(std::move(authority)), attempt_(attempt) {}

WireHttp::~WireHttp() = default;

void WireHttp::close() noexcept {
    usable_ = false;
    wire_->close();
}

// A host that refuses us in the middle says why by an alert and closes: that is read although
// nothing more can be written.
Task<error_code> WireHttp::send(HttpRequest request) {
    Outgoing out(std::move(request), authority_);
    error_code code;
    while (!out.done() && !code) {
        const auto step = write_some(out, *wire_);
        code = step.code;
        if (step.wants == Step::Wants::nothing) continue;
        co_await wire_->socket().async_wait(
            Wire::wait_for(step.wants), asio::redirect_error(asio::use_awaitable, code)
        );
        code = wire_->explained(code);
    }
    if (!is_disconnect(code)) co_return code;
    const auto last = wire_->read(scratch().data(), scratch().size());
    co_return alert_text(last.code) ? last.code : code;
}

// Reads what is there. A step that wants something brought nothing.
error_code WireHttp::take_more(HttpAnswer& answer, Step& step) {
    if (!early_.empty()) {
        step = Step{early_.size(), Step::Wants::nothing, {}};
        return answer.take(std::exchange(early_, {}));
    }
    auto& piece = scratch();
    step = wire_->read(piece.data(), piece.size());
    if (step.wants != Step::Wants::nothing) return {};
    if (step.code == asio::error::eof) return answer.end();
    if (step.code) return step.code;
    return answer.take(std::string_view(piece.data(), step.count));
}

Result<HttpResponse> WireHttp::finish(HttpAnswer& answer, HeldBytes held) {
    auto response = answer.release();
    response.held = std::move(held);
    early_ = answer.rest();
    if (!response.keep_alive) usable_ = false;
    return response;
}

// One coroutine for all of the wait, and none below it but Asio's: see ADR 0047.
Task<Result<HttpResponse>> WireHttp::exchange(
    HttpRequest request, HostDeadline& deadline, Clock::duration limit, std::size_t body_limit
) {
    const auto guard = deadline.on_abort([this] { close(); });
    wire_->allow_until(std::min(deadline.at(), Clock::now() + limit));
    auto code = co_await send(std::move(request));
    const bool sending = static_cast<bool>(code);
    HttpAnswer answer(body_limit);
    HeldBytes held(deadline.bytes());
    IdleExchanges pieces(trickle);
    Status status;
    while (!code && status && !answer.done()) {
        Step step;
        code = take_more(answer, step);
        if (step.wants != Step::Wants::nothing) {
            co_await wire_->socket().async_wait(
                Wire::wait_for(step.wants), asio::redirect_error(asio::use_awaitable, code)
            );
            code = wire_->explained(code);
            continue;
        }
        if (code) break;
        status = co_await held.hold(answer.body_bytes(), deadline);
        if (status && !answer.done()) status = co_await pieces.pass(step.count, deadline);
    }
    wire_->allow_for_good();
    wire_->book(attempt_);
    ++attempt_.round_trips;
    if (!code && status) co_return finish(answer, std::move(held));
    close();
    if (!status) co_return std::move(status).error().in_phase(Phase::http);
    co_return http_error(code, deadline, sending);
}

} // namespace rdpsweep::net
