// A fix: what it may write, and what it would write on the host that these facts were read from.
// Pure. Nothing is reached from here but from an approved plan.
#pragma once

#include "core/change.hpp"
#include "core/facts.hpp"
#include "core/finding.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace rdpsweep {

enum class Risk : std::uint8_t { low, medium, high };

std::string_view to_string(Risk risk) noexcept;

// Whether TermService has to be started anew, which ends every session on the host.
enum class Restart : std::uint8_t { none, if_still_failing, needed };

std::string_view to_string(Restart restart) noexcept;

// Why a fix is not for this host: a key of the catalogue with its arguments.
using Refusal = Message;

struct Fix {
    std::string_view id;   // "tls12"
    std::string_view rule; // whose findings it cures: "TLS.PROTO"
    Cause cause;
    Risk risk;
    Restart restart;
    bool opens_rdp; // it lets people in who were kept out: has to be asked for by name
    // Resources as resource_of() names them; '*' stands for any text.
    std::span<const std::string_view> declared;
    // At least one change, all within declared. finding is the rule's, broken or at_risk.
    std::variant<std::vector<Change>, Refusal> (*prepare
    )(const Facts& facts, const Finding& finding);
};

std::span<const Fix> all_fixes() noexcept; // probes/fix/registry.cpp

const Fix* find_fix(std::string_view id) noexcept; // null: none

// The fix for a rule, or null.
const Fix* fix_of(std::string_view rule) noexcept;

// What fix comes to on a host: what prepare() says, after the refusals that hold for every fix (a
// domain controller; a value that a policy sets; facts that were gathered without rights). findings
// are all of the host's.
std::variant<std::vector<Change>, Refusal>
prepare(const Fix& fix, const Facts& facts, std::span<const Finding> findings);

// Whether a resource is within what a fix declares.
bool covers(const Fix& fix, std::string_view resource) noexcept;

} // namespace rdpsweep
