// Maps the error codes of three libraries to one Error, for plain and encrypted connections alike.
#include "transports/net/http_errors.hpp"

#include "transports/net/alert.hpp"

#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>

namespace rdpsweep::net {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

bool is_timeout(const error_code& code, const HostDeadline& deadline) {
    return code == beast::error::timeout || deadline.expired();
}

bool is_disconnect(const error_code& code) {
    return code == asio::error::eof || code == asio::error::connection_reset ||
           code == asio::error::broken_pipe || code == asio::ssl::error::stream_truncated ||
           code == asio::error::connection_aborted || code == http::error::end_of_stream ||
           code == http::error::partial_message;
}

Error http_error(const error_code& code, const HostDeadline& deadline, bool sending) {
    if (deadline.aborted())
        return Error(Phase::http, Errc::cancelled, "the run ended during a request");
    if (is_timeout(code, deadline)) {
        return Error(
                   Phase::http,
                   Errc::timed_out,
                   deadline.expired() ? "the host's time was up before it answered"
                                      : "the host did not finish its answer in time"
        )
            .with_hint("see how long each rung took with `rdpsweep check`, or raise --deadline");
    }
    if (code == http::error::body_limit || code == http::error::header_limit ||
        code == http::error::buffer_overflow) {
        return Error(Phase::http, Errc::output_limit, "the answer is larger than we accept")
            .with_native(code.message());
    }
    if (auto alert = alert_text(code)) {
        return Error(Phase::http, Errc::protocol_violation, "the host ended TLS in mid-exchange")
            .with_native(std::move(*alert));
    }
    if (is_disconnect(code) || sending) {
        return Error(
                   Phase::http, Errc::peer_closed, "the host closed the connection in mid-exchange"
        )
            .with_native(code.message());
    }
    return Error(Phase::http, Errc::protocol_violation, "the answer is not HTTP")
        .with_native(code.message());
}

} // namespace rdpsweep::net
