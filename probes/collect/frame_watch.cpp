// Looks for the header or the last lean row, and checks the frame once, when all of it is there.
#include "probes/collect/frame_watch.hpp"

#include "probes/collect/frame.hpp"

#include <algorithm>
#include <charconv>

namespace rdpsweep {

namespace {

constexpr std::string_view marker = "RDPSWEEP1";
constexpr std::size_t longest_number = 8; // as frame.cpp has it
constexpr std::size_t crc_digits = 8;
constexpr int most_checks = 16; // a host that repeats our nonce is not worth more

} // namespace

bool FrameWatch::operator()(std::string_view output) {
    while (state_ == State::looks) {
        if (!look_on(output)) return false;
    }
    if (state_ == State::waits && output.size() >= need_) {
        state_ = find_frame(output, nonce_) ? State::whole : State::never;
    }
    return state_ == State::whole;
}

// Looks for the next place with our nonce, from seen_ on. False: more output is needed.
bool FrameWatch::look_on(std::string_view output) {
    const auto named = " " + nonce_;
    const auto at = output.find(named, std::min(seen_, output.size()));
    if (at == std::string_view::npos) {
        // A place may begin at the end.
        const auto back = std::min(output.size(), named.size());
        seen_ = std::max(seen_, output.size() - back);
        return false;
    }
    seen_ = at;
    const auto behind = output.substr(at + named.size(), 1 + longest_number + 1);
    if (behind.empty()) return false;
    const bool is_header = behind.front() == ' ' && output.substr(0, at).ends_with(marker);
    if (is_header) {
        const auto space = behind.find(' ', 1);
        if (space == std::string_view::npos && behind.size() <= longest_number + 1) return false;
        std::size_t length = 0;
        const auto* const end = behind.data() + std::min(space, behind.size());
        const auto parsed = std::from_chars(behind.data() + 1, end, length);
        if (parsed.ec == std::errc() && parsed.ptr == end) {
            need_ = at + named.size() + space + 1 + crc_digits + 1 + length;
            state_ = State::waits;
            return true;
        }
    }
    seen_ = at + named.size();
    // The lean profile says the nonce at the end of its last row.
    const bool ends_row = behind.front() == '\r' || behind.front() == '\n';
    if (!ends_row) return true;
    if (find_frame(output, nonce_)) state_ = State::whole;
    if (state_ == State::looks && ++checks_ == most_checks) state_ = State::never;
    return true;
}

} // namespace rdpsweep
