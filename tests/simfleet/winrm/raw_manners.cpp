// Mute, noisy and TLS-less listeners.
#include "tests/simfleet/winrm/raw_manners.hpp"

#include <cstdint>
#include <string>

namespace simfleet {

using rdpsweep::Task;

namespace {

// Looks like no protocol; the same for the same VM.
std::string noise(std::size_t seed) {
    std::string out = "\xde\xad\xbe\xef";
    std::uint32_t value = static_cast<std::uint32_t>(seed) * 2654435761u + 1;
    for (int octet = 0; octet < 512; ++octet) {
        value = value * 1664525u + 1013904223u; // Numerical Recipes' generator
        out += static_cast<char>(value >> 24);
    }
    return out;
}

} // namespace

Task<bool> misbehave_before_tls(PeerStream& stream, const Vm& vm) {
    std::string hello;
    switch (vm.wire.manner) {
    case Manner::refused: // somebody came all the same: as if nothing listened
    case Manner::black_hole:
        stream.reset();
        co_return true;
    case Manner::mute:
        co_await stream.ignore_peer();
        co_return true;
    case Manner::garbage: {
        const bool sent = co_await stream.write_raw(noise(vm.index));
        if (sent) co_await stream.ignore_peer();
        co_return true;
    }
    case Manner::tls_off:
        (void)co_await stream.read_raw(hello);
        stream.reset();
        co_return true;
    case Manner::tls_alert: {
        const bool came = co_await stream.read_raw(hello);
        // Alert record, TLS 1.0 on the wire: fatal handshake_failure (40).
        std::string alert{"\x15\x03\x01\x00\x02\x02\x28", 7};
        if (came) (void)co_await stream.write_raw(std::move(alert));
        co_return true;
    }
    default:
        co_return false;
    }
}

} // namespace simfleet
