// The names of verdicts, causes, severities and confidences, and the order in which reports show
// verdicts.
#include "core/finding.hpp"

#include "core/names.hpp"

#include <array>

namespace rdpsweep {

namespace {

constexpr Names<Verdict, 5> verdicts{{
    {Verdict::not_applicable, "not_applicable"},
    {Verdict::ok, "ok"},
    {Verdict::unknown, "unknown"},
    {Verdict::at_risk, "at_risk"},
    {Verdict::broken, "broken"},
}};

constexpr Names<Cause, 9> causes{{
    {Cause::none, "none"},
    {Cause::rdp_port, "rdp_port"},
    {Cause::services, "services"},
    {Cause::listener_security, "listener_security"},
    {Cause::tls_protocols, "tls_protocols"},
    {Cause::machine_keys, "machine_keys"},
    {Cause::rdp_certificate, "rdp_certificate"},
    {Cause::group_policy, "group_policy"},
    {Cause::unexplained, "unexplained"},
}};

constexpr Names<Severity, 4> severities{{
    {Severity::low, "low"},
    {Severity::medium, "medium"},
    {Severity::high, "high"},
    {Severity::critical, "critical"},
}};

constexpr Names<Confidence, 3> confidences{{
    {Confidence::circumstantial, "circumstantial"},
    {Confidence::direct, "direct"},
    {Confidence::functional, "functional"},
}};

constexpr std::array shown_order{
    Verdict::broken,
    Verdict::at_risk,
    Verdict::unknown,
    Verdict::ok,
    Verdict::not_applicable,
};

} // namespace

std::span<const Verdict> all_verdicts() noexcept {
    return shown_order;
}

std::string_view to_string(Verdict verdict) noexcept {
    return name_of(verdicts, verdict);
}

std::string_view to_string(Cause cause) noexcept {
    return name_of(causes, cause);
}

std::string_view to_string(Severity severity) noexcept {
    return name_of(severities, severity);
}

std::string_view to_string(Confidence confidence) noexcept {
    return name_of(confidences, confidence);
}

bool from_string(std::string_view text, Verdict& verdict) noexcept {
    return value_of(verdicts, text, verdict);
}

bool from_string(std::string_view text, Cause& cause) noexcept {
    return value_of(causes, text, cause);
}

bool from_string(std::string_view text, Severity& severity) noexcept {
    return value_of(severities, text, severity);
}

bool from_string(std::string_view text, Confidence& confidence) noexcept {
    return value_of(confidences, text, confidence);
}

} // namespace rdpsweep
