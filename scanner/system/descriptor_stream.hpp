// Reads line by line what was opened, and looked at, as a descriptor.
#pragma once

#include "core/descriptor.hpp"

#include <array>
#include <istream>
#include <streambuf>

namespace rdpsweep {

// Fills an istream from a descriptor, which it keeps. A read that fails ends the stream as bad().
class DescriptorStream : private std::streambuf, public std::istream {
public:
    explicit DescriptorStream(Descriptor file) : std::istream(nullptr), file_(std::move(file)) {
        rdbuf(this);
    }

    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }

private:
    std::streambuf::int_type underflow() override;

    Descriptor file_;
    std::array<char, 64u << 10> block_{};
};

} // namespace rdpsweep
