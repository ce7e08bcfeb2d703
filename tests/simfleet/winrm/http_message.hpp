// HTTP/1.1 as http.sys in front of WinRM speaks it: requests in, responses out, no sockets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simfleet {

// http.sys refuses longer request headers (its MaxRequestBytes default).
inline constexpr std::size_t max_request_header = 16384;
// MaxEnvelopeSizekb 500, the default from Windows Server 2012 on.
inline constexpr std::size_t max_request_body = 512000;

struct HttpRequest {
    std::string method;
    std::string target;
    std::vector<std::pair<std::string, std::string>> headers; // names in lower case
    std::string body;
    bool keep_alive = true;

    // The first header of that lower-case name, or null.
    [[nodiscard]] const std::string* header(std::string_view name) const noexcept;
};

enum class HttpRead : std::uint8_t {
    incomplete,
    complete,
    bad,             // not HTTP: 400
    chunked,         // a chunked body, which WinRM rejects
    length_required, // a POST without Content-Length: 411
    too_large,       // more than max_request_body: 413
};

// Takes one request off the front of buffer. Only `complete` consumes anything and fills out;
// `chunked`, `length_required` and `too_large` fill everything but the body.
HttpRead read_request(std::string& buffer, HttpRequest& out);

// How a body reaches the client; all but `whole` are misbehaviour.
enum class Delivery : std::uint8_t {
    whole,
    endless,         // chunked, and never a last chunk
    huge,            // claimed_length octets of nothing
    half_then_reset, // RST in the middle of the answer
};

struct HttpResponse {
    unsigned status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::string content_type; // empty: no Content-Type line
    bool close = false;
    Delivery delivery = Delivery::whole;
    std::optional<std::uint64_t> claimed_length; // instead of the body's own
};

// Status line, headers and body; for Delivery::endless with Transfer-Encoding and no length.
std::string to_bytes(const HttpResponse& response);

} // namespace simfleet
