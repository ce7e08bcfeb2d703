// Parses HTTP requests and renders responses.
#include "tests/simfleet/winrm/http_message.hpp"

#include "core/text.hpp"

#include <charconv>
#include <ctime>

namespace simfleet {

namespace {

bool token_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) noexcept {
    if (text.empty()) return false;
    for (const char c : text) {
        if (!token_character(c)) return false;
    }
    return true;
}

// "POST /wsman HTTP/1.1"
bool read_request_line(std::string_view line, HttpRequest& out) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return false;
    const std::string_view version = line.substr(last + 1);
    out.method = line.substr(0, first);
    out.target = line.substr(first + 1, last - first - 1);
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return false;
    out.keep_alive = version == "HTTP/1.1";
    return is_token(out.method) && !out.target.empty() && out.target.find(' ') == std::string::npos;
}

bool read_header_line(std::string_view line, HttpRequest& out) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
    out.headers.emplace_back(
        rdpsweep::ascii_lower(line.substr(0, colon)),
        std::string{rdpsweep::trim(line.substr(colon + 1))}
    );
    return true;
}

bool read_head(std::string_view head, HttpRequest& out) {
    auto end = head.find("\r\n");
    if (!read_request_line(head.substr(0, end), out)) return false;
    while (end != std::string_view::npos) {
        head.remove_prefix(end + 2);
        end = head.find("\r\n");
        if (!read_header_line(head.substr(0, end), out)) return false;
    }
    if (const std::string* connection = out.header("connection")) {
        if (rdpsweep::iequals(*connection, "close")) out.keep_alive = false;
        if (rdpsweep::iequals(*connection, "keep-alive")) out.keep_alive = true;
    }
    return out.header("host") != nullptr;
}

std::optional<std::size_t> read_length(std::string_view text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string_view reason(unsigned status) noexcept {
    switch (status) {
    case 200:
        return "";
    case 206:
        return "Partial Content";
    case 400:
        return "Bad Request";
    case 401:
        return "";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 411:
        return "Length Required";
    case 416:
        return "Requested Range Not Satisfiable";
    case 413:
        return "Request Entity Too Large";
    case 500:
        return "";
    case 503:
        return "Service Unavailable";
    default:
        return "";
    }
}

std::string http_date() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[40];
    const auto length = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text, length};
}

} // namespace

const std::string* HttpRequest::header(std::string_view name) const noexcept {
    for (const auto& [key, value] : headers) {
        if (key == name) return &value;
    }
    return nullptr;
}

HttpRead read_request(std::string& buffer, HttpRequest& out) {
    const auto head_end = buffer.find("\r\n\r\n");
    if (head_end == std::string::npos) {
        return buffer.size() > max_request_header ? HttpRead::bad : HttpRead::incomplete;
    }
    if (head_end > max_request_header) return HttpRead::bad;
    out = HttpRequest{};
    if (!read_head(std::string_view{buffer}.substr(0, head_end), out)) return HttpRead::bad;
    if (out.header("transfer-encoding") != nullptr) return HttpRead::chunked;
    std::size_t length = 0;
    if (const std::string* text = out.header("content-length")) {
        const auto value = read_length(*text);
        if (!value) return HttpRead::bad;
        length = *value;
    } else if (out.method == "POST") {
        return HttpRead::length_required;
    }
    if (length > max_request_body) return HttpRead::too_large;
    const std::size_t body_begin = head_end + 4;
    if (buffer.size() - body_begin < length) return HttpRead::incomplete;
    out.body = buffer.substr(body_begin, length);
    buffer.erase(0, body_begin + length);
    return HttpRead::complete;
}

std::string to_bytes(const HttpResponse& response) {
    std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
    out += reason(response.status);
    out += "\r\n";
    if (!response.content_type.empty()) out += "Content-Type: " + response.content_type + "\r\n";
    out += "Server: Microsoft-HTTPAPI/2.0\r\n";
    for (const auto& [name, value] : response.headers)
        out += name + ": " + value + "\r\n";
    out += "Date: " + http_date() + "\r\n";
    if (response.close) out += "Connection: close\r\n";
    if (response.delivery == Delivery::endless) {
        out += "Transfer-Encoding: chunked\r\n";
    } else {
        const auto length = response.claimed_length.value_or(response.body.size());
        out += "Content-Length: " + std::to_string(length) + "\r\n";
    }
    return out + "\r\n" + response.body;
}

} // namespace simfleet
