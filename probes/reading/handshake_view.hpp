// What was tried, as opposed to what was read: whether an RDP handshake works on this host. Other
// rules use it to tell "down now" from "will be down at the next restart".
#pragma once

#include "core/facts.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rdpsweep {

enum class Trial : std::uint8_t {
    not_run, // nobody tried, or the trial says nothing about TermService
    works,   // TLS was completed, from inside the guest or from elsewhere
    fails,   // tried inside the guest and not completed
};

// Judges how trials went. A guest trial that failed although one from elsewhere completed counts as
// works: a client can connect. A failed trial from outside alone says nothing (network, security
// group).
Trial trial(const Facts& facts) noexcept;

// Tells whether TLS was agreed on and completed; a completed negotiation of plain RDP security is
// not that.
bool tls_completed(const HandshakeFacts& handshake) noexcept;

// Tells whether another process's loopback listener took a handshake with a loopback address.
bool reached_another_process(const Facts& facts, const HandshakeFacts& handshake) noexcept;

// Tells whether a loopback address was refused because TermService listens on other addresses only,
// as LanAdapter makes it: clients do not use the loopback.
bool missed_the_listener(const Facts& facts, const HandshakeFacts& handshake) noexcept;

// Tells whether TLS was refused, as configured, by a listener with plain RDP security and NLA off.
bool refused_tls_by_design(const Facts& facts, const HandshakeFacts& handshake) noexcept;

// Tells whether the VM's own script tried it and knows no version of TLS that the listener offers:
// that it was dropped says something of the script's .NET and nothing of the listener.
bool could_not_speak(const Facts& facts, const HandshakeFacts& handshake) noexcept;

// Returns the handshake as seen from inside the guest: its own, else one through a tunnel to it;
// the tunnel's where the guest's own could not speak. Null when there is neither.
const HandshakeFacts* inside_handshake(const Facts& facts) noexcept;

// Returns the handshake that completed and reached TermService, the guest's first; null when none
// did.
const HandshakeFacts* completed_handshake(const Facts& facts) noexcept;

// Returns the guest's handshake when it failed for a reason that says something about TermService;
// null otherwise (see refused_tls_by_design, reached_another_process, missed_the_listener and
// could_not_speak).
const HandshakeFacts* failed_guest_handshake(const Facts& facts) noexcept;

// Tells whether the listener ended the guest's handshake itself, after a good X.224 answer.
bool ended_in_tls(const Facts& facts) noexcept;

// Tells whether the guest's handshake ended as it does when there is no certificate or key: it was
// dropped when TLS started, or refused with the code that says so.
bool ended_without_credential(const Facts& facts) noexcept;

// Tells whether SecurityLayer is 0 and NLA off, both as values that were read: then TLS is never
// used, so nothing about TLS decides whether this host answers.
bool tls_never_used(const Facts& facts) noexcept;

// Tells whether address is a loopback address and a process other than TermService listens on the
// RDP port on a loopback address of that family, so that a handshake with it does not reach RDP.
bool loopback_is_taken(const Facts& facts, std::string_view address) noexcept;

// Tells whether address (a literal) is a loopback address.
bool is_loopback(std::string_view address) noexcept;

// Tells whether address (a literal) is one of IPv4.
bool is_v4(std::string_view address) noexcept;

// Tells whether the event was logged while our own in-guest handshake ran: within tolerance seconds
// of the collector's clock. False without a failed handshake or a clock.
bool during_handshake(const Facts& facts, const Event& event) noexcept;

// Tells whether the event was logged while an in-guest handshake ran that could not speak: our own
// script is what it complains of.
bool of_limited_probe(const Facts& facts, const Event& event) noexcept;

} // namespace rdpsweep
