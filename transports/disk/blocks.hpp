// Where the bytes of a disk come from, as the parent of the helper sees it.
#pragma once

#include "core/finding.hpp"
#include "core/host_deadline.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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

    // Tells whether it counts on the attempt by itself what its reading costs.
    [[nodiscard]] virtual bool counts_itself() const noexcept { return false; }

    // Returns what a report says of the reading.
    [[nodiscard]] virtual std::vector<Message> notes() const { return {}; }
};

} // namespace rdpsweep::disk
