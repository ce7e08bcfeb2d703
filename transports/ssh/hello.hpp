// The first bytes of an SSH server, in clear: the lines it may begin with, its version line and the
// algorithms it offers (RFC 4253 sections 4.2 and 7.1).
#pragma once

#include "transports/ssh/algorithms.hpp"

#include <string>
#include <string_view>

namespace rdpsweep::ssh {

inline constexpr std::size_t hello_bytes = 8u << 10; // kept from a server's version line on
inline constexpr std::size_t banner_lines = 64;      // that may come before the version line

// Names as the server lists them, at most 64 a list. "in" is from the server to us.
struct Offer {
    Names kex, host_keys;
    Names ciphers_out, ciphers_in;
    Names macs_out, macs_in;
    Names compression_out, compression_in;
};

struct Hello {
    std::string version;    // "SSH-2.0-OpenSSH_for_Windows_8.1"; empty: it sent none so far
    std::size_t before = 0; // lines that came before it
    std::string last_line;  // the last of them, as it came
    bool offered = false;   // its KEXINIT was there
    Offer offer;
};

// Returns what of a server's first bytes can be read; never fails.
Hello read_hello(std::string_view bytes);

// Keeps the first bytes of a server as they come: lines before its version are counted and let go,
// so that however many there are the version and the offer are there to be read.
class Greeting {
public:
    void add(std::string_view bytes);

    // Returns what came so far, read.
    [[nodiscard]] Hello read() const;

    // Returns what it began with, as it came, for one that speaks something else.
    [[nodiscard]] std::string_view beginning() const noexcept { return beginning_; }

private:
    void let_lines_go();

    std::string beginning_; // its first KiB
    std::string kept_;      // from the version line on, or an unfinished line
    std::size_t before_ = 0;
    std::string last_line_;
    bool version_ = false; // kept_ begins with it
};

} // namespace rdpsweep::ssh
