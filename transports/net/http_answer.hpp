// Takes the bytes of an HTTP answer as they come, without I/O: Beast's parser with our bounds.
#pragma once

#include "transports/net/http.hpp"

#include <boost/system/error_code.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace rdpsweep::net {

// Costs next to nothing until the first byte comes: thousands wait for one.
class HttpAnswer {
public:
    // body_limit bounds the body, limits::http_header_bytes each header.
    explicit HttpAnswer(std::size_t body_limit) noexcept;
    HttpAnswer(HttpAnswer&& other) noexcept;
    HttpAnswer& operator=(HttpAnswer&& other) noexcept;
    ~HttpAnswer();

    // Takes the next bytes. Answers before the final one, such as 100 Continue, are passed over, so
    // far. Returns what is wrong with them, of Beast's category.
    boost::system::error_code take(std::string_view bytes);

    // Takes the peer's orderly end: it ends a body without a length. Otherwise it is
    // http::error::end_of_stream (nothing had come) or partial_message.
    boost::system::error_code end();

    // Tells whether the final answer is whole.
    [[nodiscard]] bool done() const noexcept;

    // Returns how large the body is so far.
    [[nodiscard]] std::size_t body_bytes() const noexcept;

    // Gives the answer away. Requires done().
    [[nodiscard]] HttpResponse release();

    // Gives away what came behind the answer.
    [[nodiscard]] std::string rest() noexcept { return std::move(unread_); }

private:
    struct Parser;
    std::size_t parse(std::string_view bytes, boost::system::error_code& code);
    bool pass_interim(boost::system::error_code& code);

    std::unique_ptr<Parser> parser_; // of the answer that is coming
    std::size_t body_limit_;
    int interim_ = 0;
    std::string unread_; // what the parser wants to see again with more behind it
};

} // namespace rdpsweep::net
