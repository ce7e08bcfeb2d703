// What can happen to the fix of a host: its machine learns everything from these events.
#pragma once

#include "core/error.hpp"
#include "core/result.hpp"
#include "probes/fix/change_script.hpp"
#include "scanner/fix/host_look.hpp"
#include "scanner/options/snapshot_wish.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rdpsweep {

// A tag of Azure or of the inventory, with any value: such a host is left alone.
inline constexpr std::string_view hold_tag = "rdpsweep:hold";

// How the RDP handshake from here ended. A port that is closed from here is nothing; whether it was
// so before is asked before.
enum class OutsideAnswer : std::uint8_t { nothing, whole, failed };

namespace fix_event {

// A session is there.
struct Begin {
    bool held = false;             // by hold_tag
    bool guarded = false;          // it is a VM of a cloud that can be asked
    bool outside = false;          // RDP can be looked at from here
    bool soaks = false;            // all has to stay well for some time
    bool stale = false;            // the plan has expired: nothing is begun
    bool despite_sessions = false; // TermService may restart though people are logged on
    SnapshotWish snapshots = SnapshotWish::never;
};

// The host can no longer be reached.
struct GiveUp {
    std::string why;
};

struct LockHeld {};

// Another plan is at work on this Windows.
struct LockTaken {
    Error error;
};

struct Looked {
    HostLook look;
};

// objection: why the VM is to be left alone; empty: it is not. Error: that is unknown.
struct GuardAnswered {
    Result<std::string> objection;
};

struct DiskCopied {
    Result<std::string> id;
};

// The change script answered, with one result for each change.
struct Changed {
    std::vector<ChangeResult> results;
    std::string note{}; // what was done beside it, in the cloud's network; empty: nothing
};

struct OutsideAnswered {
    OutsideAnswer answer = OutsideAnswer::nothing;
    std::string missing{}; // what the cloud's network lacks for the new port; empty: not known
};

struct Soaked {};

// The journal holds the entry, on its disk.
struct Written {};

struct NotWritten {
    Error error;
};

// What was waited for did not come, and this run ends with the error: whatever was sent may or may
// not have been done.
struct Lost {
    Error error;
};

} // namespace fix_event

using FixEvent = std::variant<
    fix_event::Begin,
    fix_event::GiveUp,
    fix_event::LockHeld,
    fix_event::LockTaken,
    fix_event::Looked,
    fix_event::GuardAnswered,
    fix_event::DiskCopied,
    fix_event::Changed,
    fix_event::OutsideAnswered,
    fix_event::Soaked,
    fix_event::Written,
    fix_event::NotWritten,
    fix_event::Lost>;

// Returns the name of the event's kind.
std::string_view name_of(const FixEvent& event) noexcept;

} // namespace rdpsweep
