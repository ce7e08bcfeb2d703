// Holds the names of phases and codes, and which errors may be retried.
#include "core/error.hpp"

#include "core/names.hpp"

#include <array>
#include <utility>

namespace rdpsweep {

namespace {

struct PhaseName {
    Phase phase;
    std::string_view name;
    std::string_view rung;
};

constexpr std::array phases{
    PhaseName{Phase::config, "config", "config"},
    PhaseName{Phase::inventory, "inventory", "inventory"},
    PhaseName{Phase::resolve, "resolve", "dns"},
    PhaseName{Phase::connect, "connect", "tcp"},
    PhaseName{Phase::tls, "tls", "tls"},
    PhaseName{Phase::http, "http", "http"},
    PhaseName{Phase::authenticate, "authenticate", "auth"},
    PhaseName{Phase::open, "open", "shell"},
    PhaseName{Phase::run, "run", "collect"},
    PhaseName{Phase::decode, "decode", "parse"},
    PhaseName{Phase::internal, "internal", "internal"},
};

constexpr Names<Errc, 20> codes{{
    {Errc::timed_out, "timed_out"},
    {Errc::cancelled, "cancelled"},
    {Errc::held_back, "held_back"},
    {Errc::refused, "refused"},
    {Errc::unreachable, "unreachable"},
    {Errc::name_not_found, "name_not_found"},
    {Errc::not_found, "not_found"},
    {Errc::peer_closed, "peer_closed"},
    {Errc::certificate_rejected, "certificate_rejected"},
    {Errc::protocol_violation, "protocol_violation"},
    {Errc::access_denied, "access_denied"},
    {Errc::throttled, "throttled"},
    {Errc::taken, "taken"},
    {Errc::unsupported, "unsupported"},
    {Errc::output_limit, "output_limit"},
    {Errc::nonzero_exit, "nonzero_exit"},
    {Errc::malformed_output, "malformed_output"},
    {Errc::blocked_by_policy, "blocked_by_policy"},
    {Errc::local_limit, "local_limit"},
    {Errc::bug, "bug"},
}};

} // namespace

std::string_view to_string(Phase phase) noexcept {
    return phases[static_cast<std::size_t>(phase)].name;
}

std::string_view rung(Phase phase) noexcept {
    return phases[static_cast<std::size_t>(phase)].rung;
}

std::string_view to_string(Errc code) noexcept {
    return name_of(codes, code);
}

bool from_string(std::string_view text, Phase& phase) noexcept {
    for (const auto& row : phases) {
        if (row.name == text) {
            phase = row.phase;
            return true;
        }
    }
    return false;
}

bool from_string(std::string_view text, Errc& code) noexcept {
    return value_of(codes, text, code);
}

Error::Error(Phase phase, Errc code, std::string detail)
    : phase_(phase), code_(code), detail_(std::move(detail)) {}

Error&& Error::in_phase(Phase phase) && noexcept {
    phase_ = phase;
    return std::move(*this);
}

Error&& Error::with_native(std::string native) && {
    native_ = std::move(native);
    return std::move(*this);
}

Error&& Error::with_hint(std::string hint) && {
    hint_ = std::move(hint);
    return std::move(*this);
}

Error&& Error::with_pause(std::chrono::milliseconds pause) && noexcept {
    pause_ = pause;
    return std::move(*this);
}

bool Error::blames_powershell() const noexcept {
    return code_ == Errc::blocked_by_policy || code_ == Errc::nonzero_exit ||
           code_ == Errc::malformed_output;
}

bool Error::retryable() const noexcept {
    switch (code_) {
    case Errc::throttled:
        return true;
    case Errc::taken:
        // What a process of ours has, it may release; what another has on the host lasts longer
        // than a visit.
        return phase_ == Phase::config;
    case Errc::timed_out:
        return phase_ == Phase::resolve || phase_ == Phase::connect;
    case Errc::refused:
        return phase_ == Phase::connect;
    case Errc::unreachable:
        return phase_ == Phase::connect;
    case Errc::peer_closed:
        // Before authentication nothing was started on the host; after it, a lost connection may
        // hide a command that ran, and the caller decides step by step.
        return phase_ == Phase::connect || phase_ == Phase::tls || phase_ == Phase::http;
    case Errc::local_limit:
        return phase_ == Phase::connect;
    default:
        return false;
    }
}

} // namespace rdpsweep
