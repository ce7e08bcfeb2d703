// Moves the bytes to a larger place when theirs is full.
#include "core/growing_buffer.hpp"

#include "core/secret.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace rdpsweep {

namespace {

constexpr std::size_t least = 4096;
constexpr std::size_t on_the_heap = 64; // what stands in the string itself is copied, not moved

// Returns one more, or as much as there can be.
std::size_t one_more(std::size_t size) {
    return size + (size < std::numeric_limits<std::size_t>::max() ? 1 : 0);
}

std::string zeros(std::size_t size) {
    std::string made;
    made.reserve(std::max(size, on_the_heap));
    made.resize(size);
    return made;
}

} // namespace

GrowingBuffer::GrowingBuffer(std::size_t most, std::size_t expected) : most_(most) {
    if (expected > 0) bytes_ = zeros(one_more(std::min(expected, most)));
}

GrowingBuffer::~GrowingBuffer() {
    cleanse(bytes_);
}

std::span<char> GrowingBuffer::room() {
    const auto limit = one_more(most_);
    if (used_ == bytes_.size() && used_ < limit) {
        auto larger = zeros(std::min(limit, std::max(least, 2 * used_)));
        bytes_.copy(larger.data(), used_);
        cleanse(bytes_);
        bytes_ = std::move(larger);
    }
    return std::span(bytes_).subspan(used_);
}

std::string GrowingBuffer::take() {
    bytes_.resize(used_);
    used_ = 0;
    return std::exchange(bytes_, {});
}

} // namespace rdpsweep
