// Says why a connection failed: in the handshake by what the server sent until then, later by what
// ended it.
#include "core/foreign_text.hpp"
#include "transports/ssh/disagreement.hpp"
#include "transports/ssh/link.hpp"
#include "transports/ssh/turned_away.hpp"

#include <libssh2.h>

namespace rdpsweep::ssh {

Error Link::handshake_failure(int code, const HostDeadline& deadline) const {
    const auto greeting = hello();
    const auto disagreement =
        greeting.offered ? explain_disagreement(ours_, greeting.offer) : Disagreement();
    if (!disagreement.what.empty() && !timed_out_) {
        return Error(Phase::tls, Errc::unsupported, disagreement.what)
            .with_native("libssh2 " + std::to_string(code) + ", " + greeting.version)
            .with_hint(disagreement.hint);
    }
    const bool speaks = !greeting.version.empty();
    if (!speaks && (flooded_ || greeting.before > banner_lines)) {
        return Error(
                   Phase::tls, Errc::protocol_violation, "the host sends lines, but no SSH version"
        )
            .with_native("after " + std::to_string(greeting.before) + " lines");
    }
    if (!speaks && closed_ && !greeting.last_line.empty() && !timed_out_ && !deadline.expired()) {
        return turned_away(greeting.last_line);
    }
    auto error = failure(
        Phase::tls, speaks ? "during the key exchange" : "before it said its version", deadline
    );
    if (speaks || error.code() != Errc::protocol_violation) return error;
    return Error(
               Phase::tls,
               Errc::protocol_violation,
               "it does not speak SSH: " + foreign_text(greeting_.beginning(), 60)
    )
        .with_native("libssh2 " + std::to_string(code))
        .with_hint("is this the port of sshd?");
}

Error Link::failure(Phase phase, const std::string& doing, const HostDeadline& deadline) const {
    char* text = nullptr;
    const int code = libssh2_session_last_error(session_, &text, nullptr, 0);
    const bool tells = phase != Phase::authenticate && text != nullptr && *text != '\0';
    auto native = "libssh2 " + std::to_string(code) + (tells ? " " + foreign_text(text) : "");
    const auto make = [&](Errc errc, const std::string& what) {
        return Error(phase, errc, what + " " + doing).with_native(native);
    };
    if (deadline.aborted()) return make(Errc::cancelled, "the run ended");
    if (timed_out_ || deadline.expired()) return make(Errc::timed_out, "the host did not answer");
    if (flooded_) return make(Errc::output_limit, "the host sent more than is accepted");
    if (closed_ || code == LIBSSH2_ERROR_SOCKET_DISCONNECT) {
        return make(Errc::peer_closed, "the host closed the connection");
    }
    return make(Errc::protocol_violation, "the host's SSH could not be followed");
}

} // namespace rdpsweep::ssh
