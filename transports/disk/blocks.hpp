// Where the bytes of a disk come from, as the parent of the helper sees it.
#pragma once

#include "core/host_deadline.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace rdpsweep::disk {

class Blocks {
public:
    Blocks() = default;
    Blocks(const Blocks&) = delete;
    Blocks& operator=(const Blocks&) = delete;
    virtual ~Blocks() = default;

    [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;

    // Returns length bytes from offset on, which lie inside. Nothing: the medium does not give
    // them, and may give others. An Error ends the reading of this disk.
    virtual Task<Result<std::optional<std::string>>>
    read(std::uint64_t offset, std::size_t length, HostDeadline& deadline) = 0;
};

} // namespace rdpsweep::disk
