// What a disk's reader may ask for: inside the disk, and no more than the reading of one may cost.
#pragma once

#include "core/disk_wire.hpp"

namespace rdpsweep::disk {

struct BudgetRules {
    std::size_t requests = disk_wire::most_requests;
    std::uint64_t bytes = disk_wire::most_bytes;
    std::size_t stages = 1000;
};

class Budget {
public:
    explicit Budget(std::uint64_t disk, BudgetRules rules = {}) noexcept
        : disk_(disk), rules_(rules) {}

    // Counts a request that may be answered. Error{run, protocol_violation}: it lies outside of the
    // disk, or asks for nothing, or for too much at once; Error{run, output_limit}: all that it may
    // cost is used up.
    Status ask(const disk_wire::Request& request);

    // Counts a stage that is told. Error{run, output_limit}: there were too many.
    Status tell();

    [[nodiscard]] std::size_t requests() const noexcept { return requests_; }

    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

private:
    std::uint64_t disk_;
    BudgetRules rules_;
    std::size_t requests_ = 0;
    std::uint64_t bytes_ = 0;
    std::size_t stages_ = 0;
};

} // namespace rdpsweep::disk
