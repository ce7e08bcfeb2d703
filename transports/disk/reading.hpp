// The reading of one disk: answers the helper's requests until it has told what it found.
#pragma once

#include "transports/disk/blocks.hpp"
#include "transports/disk/budget.hpp"
#include "transports/disk/helper_process.hpp"

#include <optional>
#include <set>
#include <string>

namespace rdpsweep::disk {

class Reading {
public:
    // Both must outlive it.
    Reading(HelperProcess& helper, Blocks& blocks, BudgetRules rules = {})
        : helper_(helper), blocks_(blocks), budget_(blocks.size(), rules) {}

    // Returns the answer, framed like a collector's, at most limits::stdout_bytes. Call it once.
    // Afterwards the helper is of no more use, and may still run. Error{run, ...}: what the helper
    // said of the disk, how it ended, what it may not do, or what failed here; its sentence names
    // the stage.
    Task<Result<std::string>> answer(HostDeadline& deadline);

    [[nodiscard]] const Budget& budget() const noexcept { return budget_; }

    // Returns how many requests the medium did not answer.
    [[nodiscard]] std::size_t unread() const noexcept { return unread_.size(); }

private:
    Task<Result<disk_wire::Message>> next(HostDeadline& deadline);
    Task<Status> serve(const disk_wire::Message& message, HostDeadline& deadline);
    [[nodiscard]] Error why_ended(const Ending& ending) const;
    [[nodiscard]] std::string while_reading() const;

    HelperProcess& helper_;
    Blocks& blocks_;
    Budget budget_;
    disk_wire::Reader reader_{disk_wire::Speaker::helper};
    HeldBytes held_;
    std::string stage_;
    std::set<std::uint64_t> unread_; // where they begin: a piece may be asked for again
};

} // namespace rdpsweep::disk
