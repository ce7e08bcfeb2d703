// The few data types of the SSH wire (RFC 4251 section 5) that we read and write ourselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep::ssh {

// Reads from front to back; nothing once the bytes do not hold what is asked for.
class WireReader {
public:
    explicit WireReader(std::string_view bytes) noexcept : rest_(bytes) {}

    std::optional<std::uint8_t> byte() noexcept {
        if (rest_.empty()) return {};
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }

    std::optional<std::uint32_t> number() noexcept {
        if (rest_.size() < 4) return {};
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i)
            value = value << 8 | static_cast<unsigned char>(rest_[i]);
        rest_.remove_prefix(4);
        return value;
    }

    // Returns a view into the bytes.
    std::optional<std::string_view> text() noexcept {
        const auto length = number();
        if (!length || *length > rest_.size()) return {};
        const auto value = rest_.substr(0, *length);
        rest_.remove_prefix(*length);
        return value;
    }

    bool skip(std::size_t bytes) noexcept {
        if (rest_.size() < bytes) return false;
        rest_.remove_prefix(bytes);
        return true;
    }

private:
    std::string_view rest_;
};

inline std::string wire_number(std::uint32_t value) {
    std::string bytes(4, '\0');
    for (std::size_t i = 0; i < 4; ++i)
        bytes[i] = static_cast<char>(value >> (24 - 8 * i) & 0xff);
    return bytes;
}

inline std::string wire_text(std::string_view text) {
    return wire_number(static_cast<std::uint32_t>(text.size())) + std::string(text);
}

} // namespace rdpsweep::ssh
