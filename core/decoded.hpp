// A text as some program would read it, each byte with the place in the source that it came from.
#pragma once

#include "core/escapes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// The part of a source from begin up to end.
struct Origin {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

// Holds no NUL, CR and LF: so a text in UTF-16, or broken into lines, reads like any other. What
// it holds is overwritten when it goes, because it may be a secret.
class Decoded {
public:
    Decoded() = default;
    explicit Decoded(std::string_view source);
    Decoded(Decoded&& other) noexcept;
    Decoded& operator=(Decoded&& other) noexcept;
    Decoded(const Decoded&) = delete;
    Decoded& operator=(const Decoded&) = delete;
    ~Decoded();

    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

    [[nodiscard]] Origin from(std::size_t at) const noexcept { return from_[at]; }

    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

    void reserve(std::size_t size);

    // Adds a byte, unless it is one of those that a text never holds.
    void add(char byte, Origin from);

    // Adds a code point in UTF-8.
    void add(char32_t code, Origin from);

private:
    std::string bytes_;
    std::vector<Origin> from_; // as many as bytes
};

// Returns bytes as a Decoded would hold them.
std::string without_breaks(std::string_view bytes);

// Reads the escapes in text; nothing when there is none. An escape that is cut off ends the text.
std::optional<Decoded> read_escapes(const Decoded& text, EscapeReader reader);

// Reads Base64, in either alphabet, the digits in groups of four after the first `skew` (0 to 3) of
// each run. White space is passed over; what is no digit becomes \x01, once.
std::optional<Decoded> read_base64(const Decoded& text, std::size_t skew);

// Reads pairs of hex digits after the first `skew` (0 or 1) of each run: "4a4B", "4A-4B", "0x4a,
// 0x4b". What else there is becomes \x01, once.
std::optional<Decoded> read_hex(const Decoded& text, std::size_t skew);

} // namespace rdpsweep
