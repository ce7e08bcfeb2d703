// Servers that close a connection before they say their version, and the line that says why.
#pragma once

#include "core/error.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rdpsweep::ssh {

// Why a server that had said no version closed the connection.
enum class Turned : std::uint8_t {
    none,     // its line is none of these
    too_many, // MaxStartups: too many connections have not logged in yet
    penalty,  // PerSourcePenalties, from OpenSSH 9.8 on: our address misbehaved
};

// Reads the one line that sshd sends before it closes.
Turned read_refusal(std::string_view line);

// Returns how long to leave such a server alone, at first: a penalty lasts 15 s or more
// (sshd_config(5), PerSourcePenalties), others that log in take a second or two.
constexpr std::chrono::seconds pause_of(Turned why) noexcept {
    return std::chrono::seconds(why == Turned::penalty ? 15 : 3);
}

// Returns the Error of a server that closed after this line. Error{tls, throttled} with a pause
// where it is sshd's; Error{tls, peer_closed} for any other.
Error turned_away(const std::string& line);

} // namespace rdpsweep::ssh
