// Bytes that arrive from a descriptor, in memory that grows with them and leaves no copy behind.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace rdpsweep {

// Collects up to most bytes, and one more, by which it is seen that there are too many. What is
// expected is reserved at once; beyond that the buffer doubles, and the smaller one is overwritten
// before it is given back: it may have held a secret.
class GrowingBuffer {
public:
    explicit GrowingBuffer(std::size_t most, std::size_t expected = 0);
    GrowingBuffer(const GrowingBuffer&) = delete;
    GrowingBuffer& operator=(const GrowingBuffer&) = delete;

    // Overwrites what was not taken.
    ~GrowingBuffer();

    // Returns room for the next bytes: at least one, except where there are too many already.
    [[nodiscard]] std::span<char> room();

    // Counts bytes that were put into room().
    void filled(std::size_t bytes) noexcept { used_ += bytes; }

    [[nodiscard]] bool over() const noexcept { return used_ > most_; }

    [[nodiscard]] std::string_view text() const noexcept {
        return std::string_view(bytes_).substr(0, used_);
    }

    // Gives the bytes away. Whoever gets a secret overwrites it (cleanse).
    [[nodiscard]] std::string take();

private:
    std::string bytes_;
    std::size_t used_ = 0;
    std::size_t most_;
};

} // namespace rdpsweep
