// A fix: what it may write, and what it would write on the host that these facts were read from.
// Pure. Nothing is reached from here but from an approved plan.
#pragma once

#include "core/change.hpp"
#include "core/facts.hpp"
#include "core/finding.hpp"

#include <cstdint>
#include <span>
#include <string>
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

// What the author of a plan has agreed to beyond naming a fix.
struct FixChoices {
    std::vector<std::string>
        stop_services; // may be stopped and disabled where they hold RDP's port
    std::uint16_t move_rdp =
        0; // the port RDP may be moved to where its own cannot be freed; 0: none
    std::uint16_t open_nsg =
        0; // priority of the rule that opens that port in network security groups; 0: none is made

    friend bool operator==(const FixChoices&, const FixChoices&) = default;
};

struct Fix {
    std::string_view id;                     // "tls12"
    std::span<const std::string_view> rules; // whose findings it cures: "TLS.PROTO"
    Risk risk;
    Restart restart;
    bool by_name_only = false; // it opens access that was closed, or cures nothing that is broken
    bool cures_rdp = true;     // false: what it cures has no part in whether RDP answers
    // Resources as resource_of() names them; '*' stands for any text.
    std::span<const std::string_view> declared;
    // What comes first, with fixes of its own in an earlier step of the plan: a rule that may not
    // be broken ("KEY.ACL"), or cases of one that may not even be at risk ("KEY.FOLDER.*").
    std::span<const std::string_view> first = {};
    // A rule that has to be ok afterwards, in addition to its own; empty: none.
    std::string_view settled_by = {};
    // Returns at least one change, all within declared. finding is one of its rules', broken or
    // at_risk.
    std::variant<std::vector<Change>, Refusal> (*prepare
    )(const Facts& facts, const Finding& finding, const FixChoices& choices);

    // Tells whether it cures what that rule finds.
    [[nodiscard]] bool cures(std::string_view rule) const noexcept;
};

std::span<const Fix> all_fixes() noexcept; // probes/fix/registry.cpp

const Fix* find_fix(std::string_view id) noexcept; // null: none

// Returns the fix for a rule, or null.
const Fix* fix_of(std::string_view rule) noexcept;

// Returns what fix would do on a host: what prepare() says, after the refusals that hold for every
// fix (a domain controller; another fix that has to come first; a policy that is proven to set a
// value which would be written).
// findings are all of the host's.
std::variant<std::vector<Change>, Refusal> prepare(
    const Fix& fix,
    const Facts& facts,
    std::span<const Finding> findings,
    const FixChoices& choices = {}
);

// Tells whether a resource is within what a fix declares.
bool covers(const Fix& fix, std::string_view resource) noexcept;

} // namespace rdpsweep
