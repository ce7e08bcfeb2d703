// A file of tests/data, which are kept compressed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

// Returns the bytes of an .xz file.
inline std::vector<std::byte> unxz(const std::string& path) {
    std::FILE* pipe = ::popen(("xz -dc '" + path + "'").c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("xz does not start");
    std::vector<std::byte> bytes;
    std::array<std::byte, 65536> part{};
    while (const auto got = std::fread(part.data(), 1, part.size(), pipe))
        bytes.insert(bytes.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(got));
    if (::pclose(pipe) != 0) throw std::runtime_error("xz cannot unpack " + path);
    return bytes;
}
