// One request and its answer over a Beast stream. Heavy to compile: included by https.cpp and
// http_plain.cpp only.
#pragma once

#include "core/idle_exchanges.hpp"
#include "core/limits.hpp"
#include "core/secret.hpp"
#include "transports/net/http.hpp"
#include "transports/net/http_errors.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/optional.hpp>

namespace rdpsweep::net {

using HttpMessage = boost::beast::http::request<boost::beast::http::string_body>;

// Returns the request as Beast sends it. What stood in its path and in an Authorization header is
// overwritten.
inline HttpMessage http_message(HttpRequest&& request, const std::string& authority) {
    namespace http = boost::beast::http;
    const bool post = request.method == HttpMethod::post;
    HttpMessage out(post ? http::verb::post : http::verb::get, request.path, 11);
    cleanse(request.path);
    out.set(http::field::host, authority);
    for (auto& [name, value] : request.headers) {
        out.set(name, value);
        if (name == "Authorization") cleanse(value);
    }
    if (!post) return out;
    out.body() = std::move(request.body);
    out.content_length(out.body().size());
    return out;
}

// Wipes the path, which may hold a signature, and the header: Basic carries the password, and its
// Base64 must not stay in freed memory.
inline void wipe_secrets(HttpMessage& message) {
    const auto path = message.target();
    explicit_bzero(const_cast<char*>(path.data()), path.size());
    const auto at = message.find(boost::beast::http::field::authorization);
    if (at == message.end()) return;
    const auto value = at->value();
    explicit_bzero(const_cast<char*>(value.data()), value.size());
}

// What became of an exchange; code is empty when response is whole.
struct Exchange {
    boost::system::error_code code;
    bool sending = true; // it failed before the request was written
    std::size_t bytes_sent = 0;
    std::size_t bytes_received = 0;
    HttpResponse response;
    Status status; // the Error when it was we who ended it
};

using AnswerParser = boost::beast::http::response_parser<boost::beast::http::string_body>;

// Answers before the final one, such as 100 Continue (RFC 9110 section 15.2): more of them are a
// host that never comes to the point.
inline constexpr int most_interim_answers = 8;

// Reads the header of the final answer into parser.
template <class Stream>
Task<void> read_final_header(
    Stream& stream,
    boost::beast::flat_buffer& buffer,
    boost::optional<AnswerParser>& parser,
    std::size_t body_limit,
    Exchange& done
) {
    namespace http = boost::beast::http;
    for (int interim = 0; interim <= most_interim_answers; ++interim) {
        parser.emplace();
        parser->body_limit(body_limit);
        parser->header_limit(static_cast<std::uint32_t>(limits::http_header_bytes));
        done.bytes_received += co_await http::async_read_header(
            stream, buffer, *parser, asio::redirect_error(asio::use_awaitable, done.code)
        );
        const auto status = parser->get().result_int();
        if (done.code || status / 100 != 1 || status == 101) co_return;
    }
    done.code = http::error::header_limit;
}

// What an answer may take, and whose it is.
struct AnswerBounds {
    std::size_t body = 0;
    HostDeadline& deadline;
};

// Reads the rest of the answer piece by piece, and charges what it takes. Its header was read
// before: where the body's first bytes come with it, Boost 1.74's parser goes on past the body's
// limit and reserves whatever Content-Length says.
template <class Read>
Task<void> read_body(Read read, AnswerParser& parser, Exchange& done, HostDeadline& deadline) {
    IdleExchanges pieces(trickle);
    parser.eager(true); // all that one read brought
    while (!parser.is_done()) {
        const auto count = co_await read();
        done.bytes_received += count;
        if (done.code) co_return;
        done.status = co_await done.response.held.hold(parser.get().body().size(), deadline);
        if (done.status && !parser.is_done()) done.status = co_await pieces.pass(count, deadline);
        if (!done.status) co_return;
    }
}

template <class Stream>
Task<Exchange> exchange_over(
    Stream& stream, boost::beast::flat_buffer& buffer, HttpMessage& message, AnswerBounds bounds
) {
    namespace http = boost::beast::http;
    Exchange done;
    boost::optional<AnswerParser> parser;
    done.bytes_sent = co_await http::async_write(
        stream, message, asio::redirect_error(asio::use_awaitable, done.code)
    );
    if (done.code) co_return done;
    done.sending = false;
    // The answer may take its time, and thousands of requests hold 40 KB of script each.
    std::string().swap(message.body());
    co_await read_final_header(stream, buffer, parser, bounds.body, done);
    if (done.code) co_return done;
    done.response.held = HeldBytes(bounds.deadline.bytes());
    const auto read = [&]() -> Task<std::size_t> {
        const auto count = co_await http::async_read_some(
            stream, buffer, *parser, asio::redirect_error(asio::use_awaitable, done.code)
        );
        co_return count;
    };
    co_await read_body(read, *parser, done, bounds.deadline);
    if (done.code || !done.status) co_return done;
    auto answer = parser->release();
    done.response.status = answer.result_int();
    for (const auto& field : answer) {
        done.response.headers.emplace_back(
            std::string(field.name_string()), std::string(field.value())
        );
    }
    done.response.keep_alive = answer.keep_alive();
    done.response.body = std::move(answer.body());
    co_return done;
}

// Does the same with all that a connection does around it. Connection: what HttpsConnection and
// PlainHttpConnection hold, with its time limit set.
template <class Connection>
Task<Result<HttpResponse>>
send_over(Connection& self, HttpMessage message, HostDeadline& deadline, std::size_t body_limit) {
    const auto guard = deadline.on_abort([&self] { self.close(); });
    const AnswerBounds bounds{body_limit, deadline};
    auto done = co_await exchange_over(self.stream, self.buffer, message, bounds);
    wipe_secrets(message);
    self.count(done);
    ++self.attempt.round_trips;
    if (!done.status) {
        self.close();
        co_return std::move(done.status).error().in_phase(Phase::http);
    }
    if (done.code) {
        self.close();
        co_return http_error(done.code, deadline, done.sending);
    }
    if (!done.response.keep_alive) self.usable = false;
    co_return std::move(done.response);
}

} // namespace rdpsweep::net
