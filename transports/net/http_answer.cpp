// Instantiates Beast's parser: heavy to compile, and the only file that does.
#include "transports/net/http_answer.hpp"

#include "core/limits.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <utility>

namespace rdpsweep::net {

namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

// Answers before the final one, such as 100 Continue (RFC 9110 section 15.2): more of them are a
// host that never comes to the point.
constexpr int most_interim_answers = 8;

} // namespace

struct HttpAnswer::Parser {
    http::response_parser<http::string_body> beast;
    bool final = false; // its header was read, and is that of the final answer
};

HttpAnswer::HttpAnswer(std::size_t body_limit) noexcept : body_limit_(body_limit) {}

HttpAnswer::HttpAnswer(HttpAnswer&& other) noexcept = default;
HttpAnswer& HttpAnswer::operator=(HttpAnswer&& other) noexcept = default;
HttpAnswer::~HttpAnswer() = default;

error_code HttpAnswer::take(std::string_view bytes) {
    error_code code;
    if (unread_.empty()) {
        const auto used = parse(bytes, code);
        unread_.assign(bytes.substr(used));
    } else {
        unread_.append(bytes);
        unread_.erase(0, parse(unread_, code));
    }
    return code;
}

// Returns how many bytes were used. The header is read before the body: where the body's first
// bytes come with it, Boost 1.74's parser goes on past the body's limit and reserves whatever
// Content-Length says.
std::size_t HttpAnswer::parse(std::string_view bytes, error_code& code) {
    std::size_t used = 0;
    while (used < bytes.size() && !done()) {
        if (!parser_) {
            parser_ = std::make_unique<Parser>();
            parser_->beast.body_limit(body_limit_);
            parser_->beast.header_limit(static_cast<std::uint32_t>(limits::http_header_bytes));
        }
        const auto piece = bytes.substr(used);
        used += parser_->beast.put(asio::const_buffer(piece.data(), piece.size()), code);
        if (code) break;
        if (!parser_->final && parser_->beast.is_header_done() && !pass_interim(code)) {
            parser_->final = true;
            parser_->beast.eager(true); // all that is there
        }
        if (code) break;
    }
    if (code == http::error::need_more) code = {};
    return used;
}

// Passes over an answer that is not the final one; code is set where there were too many. An
// upgrade that nobody asked for is an answer.
bool HttpAnswer::pass_interim(error_code& code) {
    const auto status = parser_->beast.get().result_int();
    if (status / 100 != 1 || status == 101) return false;
    parser_.reset();
    if (++interim_ > most_interim_answers) code = http::error::header_limit;
    return true;
}

error_code HttpAnswer::end() {
    error_code code = http::error::end_of_stream;
    if (parser_ && parser_->beast.got_some()) {
        code = {};
        parser_->beast.put_eof(code);
    }
    return code;
}

bool HttpAnswer::done() const noexcept {
    return parser_ && parser_->final && parser_->beast.is_done();
}

std::size_t HttpAnswer::body_bytes() const noexcept {
    return parser_ ? parser_->beast.get().body().size() : 0;
}

HttpResponse HttpAnswer::release() {
    auto answer = parser_->beast.release();
    parser_.reset();
    HttpResponse response;
    response.status = answer.result_int();
    for (const auto& field : answer) {
        response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    response.keep_alive = answer.keep_alive();
    response.body = std::move(answer.body());
    return response;
}

} // namespace rdpsweep::net
