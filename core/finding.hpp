// What a rule concluded, with the evidence for it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// broken > at_risk > unknown > ok; not_applicable stands aside. Unknown never counts as ok.
enum class Verdict : std::uint8_t { not_applicable, ok, unknown, at_risk, broken };

// Root causes, as they appear in reports.
enum class Cause : std::uint8_t {
    none,
    rdp_port,
    services,
    listener_security,
    tls_protocols,
    machine_keys,
    rdp_certificate,
    group_policy,
    unexplained,
};

// critical: RDP is down now. high: will fail, or fails for some. low: hygiene, never moves a
// host's verdict.
enum class Severity : std::uint8_t { low, medium, high, critical };

// How we know: circumstantial (an event), direct (a value read), functional (it was tried).
enum class Confidence : std::uint8_t { circumstantial, direct, functional };

// Returns every verdict, in the order in which reports show them: the worst first.
std::span<const Verdict> all_verdicts() noexcept;

std::string_view to_string(Verdict verdict) noexcept;
std::string_view to_string(Cause cause) noexcept;
std::string_view to_string(Severity severity) noexcept;
std::string_view to_string(Confidence confidence) noexcept;
bool from_string(std::string_view text, Verdict& verdict) noexcept;
bool from_string(std::string_view text, Cause& cause) noexcept;
bool from_string(std::string_view text, Severity& severity) noexcept;
bool from_string(std::string_view text, Confidence& confidence) noexcept;

struct Evidence {
    std::string fact;     // JSON pointer into facts/1
    std::string observed; // raw value as read; untrusted text
    std::string expected;
    bool operator==(const Evidence&) const = default;
};

// A sentence by key, so that it can be said in any language: the catalogue in reports/messages has
// the text, "{name}" in it stands for arguments.at("name").
struct Message {
    std::string key; // "PORT.OWNER.foreign"
    std::map<std::string, std::string> arguments;
    bool operator==(const Message&) const = default;
};

struct Finding {
    std::string rule; // "PORT.OWNER"
    Cause cause = Cause::none;
    Verdict verdict = Verdict::unknown;
    Severity severity = Severity::low;
    Confidence confidence = Confidence::direct;
    Message summary;
    std::vector<Evidence> evidence;
    std::string article_step; // "1", "2.3", "3", "offline.4"; empty: not in the article
    bool operator==(const Finding&) const = default;
};

} // namespace rdpsweep
