// An address where SYNs vanish: a listening socket whose queue is full and stays full.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace simfleet {

class BlackHole {
public:
    // address: "127.a.b.c". The port must be shared by SO_REUSEPORT with the wildcard listener;
    // the more specific socket wins. Phase::internal on failure.
    static rdpsweep::Result<BlackHole> open(const std::string& address, std::uint16_t port);
    BlackHole(BlackHole&& other) noexcept;
    BlackHole& operator=(BlackHole&&) = delete;
    ~BlackHole();

private:
    BlackHole() = default;
    std::vector<int> sockets_;
};

} // namespace simfleet
