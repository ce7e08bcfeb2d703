// Tells, while a host still prints, when its frame is whole: what it prints after that is noise.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rdpsweep {

class FrameWatch {
public:
    explicit FrameWatch(std::string nonce) : nonce_(std::move(nonce)) {}

    // Tells whether output holds the whole frame with our nonce, its checksum verified. output is
    // all there is so far: each call's begins with the one before. All calls together take time
    // linear in the output.
    bool operator()(std::string_view output);

private:
    bool look_on(std::string_view output);

    std::string nonce_;
    std::size_t seen_ = 0; // where to look on
    int checks_ = 0;       // of lean rows, in vain
    std::size_t need_ = 0; // bytes of output that hold all of the frame whose header was seen
    enum class State : unsigned char { looks, waits, whole, never } state_ = State::looks;
};

} // namespace rdpsweep
