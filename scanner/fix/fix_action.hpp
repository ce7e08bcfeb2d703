// What the fix of a host asks for next. Each is done once, and its outcome goes back as an event.
#pragma once

#include "core/change.hpp"
#include "core/result.hpp"
#include "probes/fix/change_script.hpp"
#include "scanner/fix/journal.hpp"

#include <cstdint>
#include <variant>
#include <vector>

namespace rdpsweep {

namespace fix_action {

struct TakeLock {}; // LockHeld, LockTaken

struct Look {}; // Looked

struct AskGuard {}; // GuardAnswered

struct CopyDisk {}; // DiskCopied

// Before anything is done that the entry speaks of: Written, NotWritten.
struct WriteDown {
    JournalEntry entry;
};

// Runs the change script: Changed. Where RDP moves, and the plan says so, the new port is opened in
// the cloud's network before, and closed after an undo.
struct RunChange {
    ChangeMode mode = ChangeMode::read;
    std::vector<Change> changes;
    bool restart = false; // TermService as well
};

// Makes an RDP handshake from here: OutsideAnswered.
struct AskOutside {
    std::uint16_t port = 0; // 0: as the inventory says
    bool patient = false;   // it answered before: silence may only mean that it is not back yet
};

struct Soak {}; // Soaked

// This run is over. An Error that can be retried may be followed by another run.
struct Finish {
    Status status;
};

} // namespace fix_action

// All but Finish may also be answered by Lost.
using FixAction = std::variant<
    fix_action::TakeLock,
    fix_action::Look,
    fix_action::AskGuard,
    fix_action::CopyDisk,
    fix_action::WriteDown,
    fix_action::RunChange,
    fix_action::AskOutside,
    fix_action::Soak,
    fix_action::Finish>;

} // namespace rdpsweep
