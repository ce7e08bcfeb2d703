// Recognises the gateway's own words even where they arrive in pieces.
#include "transports/serial/gateway_words.hpp"

#include "core/text.hpp"

namespace rdpsweep::serial {

namespace {

constexpr std::string_view preamble = "Connecting...";
constexpr std::size_t widest = 200; // no line of the gateway's is longer

bool is_whole(std::string_view line) {
    return line.empty() || line == preamble || line.front() == '+' || line.front() == '|';
}

bool may_become_one(std::string_view text) {
    return text.size() < widest && (is_whole(text) || preamble.starts_with(text));
}

} // namespace

std::string GatewayWords::pass(std::string_view bytes) {
    if (over_) return std::string(bytes);
    held_.append(bytes);
    for (;;) {
        const auto end = held_.find('\n');
        if (end == std::string::npos) break;
        if (!is_whole(trim(std::string_view(held_).substr(0, end)))) {
            over_ = true;
            break;
        }
        held_.erase(0, end + 1);
    }
    if (!over_ && may_become_one(trim(held_))) return {};
    over_ = true;
    std::string rest;
    rest.swap(held_);
    return rest;
}

} // namespace rdpsweep::serial
