// What may be concluded from the events of a window, and from their absence.
#pragma once

#include "core/facts.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace rdpsweep {

// An event with its index in /evt.
struct LoggedEvent {
    const Event* event;
    std::size_t index;
};

// Returns the events of provider (any case) that keep accepts, newest first as reported;
// facts.events must have been observed.
std::vector<LoggedEvent> events_of(
    const Facts& facts, std::string_view provider, const std::function<bool(const Event&)>& keep
);

// Tells whether the System log reaches back over the whole window, so that no event means none
// happened. False when the oldest record is not known: a log that wrapped or was cleared proves
// nothing.
bool log_covers_window(const Facts& facts, std::int64_t now) noexcept;

// Whose a Schannel event is. Its own process id is always that of lsass, and its field Type is a
// word in Windows' language: neither tells.
enum class Origin : std::uint8_t {
    another, // the record names a process that is not TermService's
    unknown, // nothing ties it to RDP
    near,    // at most 5 s after a connection to RDP: that may be chance
    rdp,     // the record names TermService's process, or our own handshake provoked it
};

// Returns whose it is. What is logged without any connection as well may be another program's even
// while our own handshake runs.
Origin origin_of(const Facts& facts, const Event& event);

// Tells whether our own handshake brought it about: it was logged meanwhile, and is RDP's.
bool brought_about(const Facts& facts, const Event& event);

// Tells whether it is TermService's 1057 or 1058: the self-signed certificate could not be made, or
// an expired one not replaced.
bool is_creation_failure(const Event& event) noexcept;

// Returns those of the TermService events in troubles that no later 1056 (a new certificate) cured,
// in their order; facts.events must have been observed.
std::vector<LoggedEvent> uncured(const Facts& facts, const std::vector<LoggedEvent>& troubles);

// Returns the uncured creation failures of the window; empty when the events were not read.
std::vector<LoggedEvent> uncured_creation_failures(const Facts& facts);

// Returns data[name], or "".
std::string data_of(const Event& event, const char* name);

} // namespace rdpsweep
