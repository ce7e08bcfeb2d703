// Which algorithms of SSH we offer: the strong ones, as far as the libssh2 that runs has them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::ssh {

using Names = std::vector<std::string>;

// What a libssh2 can do, as it says itself.
struct Library {
    std::string version; // "1.10.0"
    Names kex, host_keys, ciphers, macs;
};

// What we offer, strongest first; each in both directions. Compression is never offered.
struct Algorithms {
    std::string version; // of libssh2
    Names kex, host_keys, ciphers, macs;
};

// Returns what we offer with that library. Nothing with SHA-1, CBC, RC4 or a group of 1024 bits,
// and no certificates; except ssh-rsa, where it is the library's only way to RSA host keys.
Algorithms choose_algorithms(const Library& library);

// Returns the library of this kind that Debian 13 has, as far as it matters here.
const Library& debian_13();

// Tells whether a cipher authenticates by itself, so that no MAC is agreed on.
bool authenticates(std::string_view cipher) noexcept;

bool contains(const Names& names, std::string_view name) noexcept;

} // namespace rdpsweep::ssh
