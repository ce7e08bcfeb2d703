// A source with other bytes in some places, which lie in other sources: a hive as its logs make it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "offline/source.hpp"

namespace rdpsweep::offline {

class Overlay final : public ByteSource {
public:
    // How many separate places may have other bytes.
    static constexpr std::size_t most_places = std::size_t{1} << 18U;

    explicit Overlay(ByteSource& below) noexcept : below_(below), size_(below.size()) {}

    [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }

    Status read(std::uint64_t offset, std::span<std::byte> into) override;

    // Makes it as long as that at least; what nothing else gives there is zero.
    void grow(std::uint64_t size) noexcept;

    // From now on length bytes at offset are those of another source, which must outlive it, at
    // place there. Of two that say something of the same byte, the later one counts.
    void put(std::uint64_t offset, std::uint64_t length, ByteSource& from, std::uint64_t place);

    [[nodiscard]] std::size_t places() const noexcept { return places_.size(); }

private:
    struct Place {
        std::uint64_t end;
        ByteSource* from;
        std::uint64_t at;
    };

    Status read_below(std::uint64_t offset, std::span<std::byte> into);
    void clear(std::uint64_t begin, std::uint64_t end);

    ByteSource& below_;
    std::uint64_t size_;
    std::map<std::uint64_t, Place> places_; // by where they begin; none overlap
};

} // namespace rdpsweep::offline
