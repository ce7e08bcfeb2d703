// What went wrong on one host: how far we had come, what kind of failure, and what to do next.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rdpsweep {

// How far one attempt had come. In the order in which a host is reached.
enum class Phase : std::uint8_t {
    config,       // the command line, a credential, a file of ours
    inventory,    // reading the list of targets
    resolve,      // name to address
    connect,      // TCP
    tls,          // TLS handshake and host identity
    http,         // HTTP or another carrier below the protocol proper
    authenticate, // proving who we are
    open,         // a shell, a channel
    run,          // the collector running
    decode,       // reading what it said
    internal,     // a bug of ours
};

enum class Errc : std::uint8_t {
    timed_out = 1,
    cancelled,            // Ctrl-C or the run's own deadline
    held_back,            // no logon yet: others first have to show that the credential is good
    refused,              // TCP RST to our SYN
    unreachable,          // no route, host down
    name_not_found,       // DNS said no
    not_found,            // nothing of ours has that name: no such run
    peer_closed,          // reset or closed in mid-sentence
    certificate_rejected, // we do not trust the host's identity
    protocol_violation,   // the peer does not speak the protocol
    access_denied,        // authentication or authorisation refused
    throttled,            // quota; try later
    taken,             // another has it: a Windows, a run, a plan of ours; the host's one command
    unsupported,       // the peer or this build cannot do it
    output_limit,      // the peer sent more than we accept
    nonzero_exit,      // the collector ended with an error
    malformed_output,  // the collector's answer does not parse
    blocked_by_policy, // the host forbids this way in
    local_limit,       // our own machine: file descriptors, disk, memory
    bug,
};

// Returns "tls", "authenticate", ...
std::string_view to_string(Phase phase) noexcept;

// Returns "timed_out", "access_denied", ...
std::string_view to_string(Errc code) noexcept;

// Returns the rungs a user sees: dns, tcp, tls, http, auth, shell, collect, parse; "config",
// "inventory" and "internal" for the rest.
std::string_view rung(Phase phase) noexcept;

// Does the inverse of to_string; returns false when the text names none.
bool from_string(std::string_view text, Phase& phase) noexcept;
bool from_string(std::string_view text, Errc& code) noexcept;

class Error {
public:
    // detail is one sentence without the host's name. What is in it, or in the other texts, of
    // others' words came through foreign_text(); our own are never redacted.
    Error(Phase phase, Errc code, std::string detail);

    [[nodiscard]] Phase phase() const noexcept { return phase_; }

    [[nodiscard]] Errc code() const noexcept { return code_; }

    [[nodiscard]] std::string_view detail() const noexcept { return detail_; }

    // Returns the peer's own code: "WSManFault 2150858793", "HTTP 401", "TLS alert 40". May be
    // empty.
    [[nodiscard]] std::string_view native() const noexcept { return native_; }

    // Returns what the reader should do next, as a command or a sentence. May be empty.
    [[nodiscard]] std::string_view hint() const noexcept { return hint_; }

    // Returns how long the peer wants to be left alone before the next try; 0: it does not say.
    [[nodiscard]] std::chrono::milliseconds pause() const noexcept { return pause_; }

    // Makes it the same error seen from another phase: a lost connection says nothing of what was
    // being done.
    Error&& in_phase(Phase phase) && noexcept;
    Error&& with_native(std::string native) &&;
    Error&& with_hint(std::string hint) &&;
    Error&& with_pause(std::chrono::milliseconds pause) && noexcept;

    // Tells whether the same step may simply be tried again. This is decided here from (phase,
    // code), nowhere else: refused credentials and untrusted certificates never (lock-out), lost
    // connections and quotas yes.
    [[nodiscard]] bool retryable() const noexcept;

    // Tells whether PowerShell is missing, forbidden or damaged while the host itself answers:
    // asking it in another way may work.
    [[nodiscard]] bool blames_powershell() const noexcept;

private:
    Phase phase_;
    Errc code_;
    std::string detail_;
    std::string native_;
    std::string hint_;
    std::chrono::milliseconds pause_{};
};

} // namespace rdpsweep
