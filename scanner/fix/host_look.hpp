// What a look at a host says about its plan: whether the host is still what the plan was made for,
// and whether the fixes helped. Whether anything got worse is in host_worse.hpp. Pure.
#pragma once

#include "core/facts.hpp"
#include "probes/rule.hpp"
#include "scanner/fix/plan.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace rdpsweep {

struct HostLook {
    Facts facts;
    Judgement judgement;
};

// Tells whether the Windows that the plan was made for answers, and not another of the same name.
bool is_planned_windows(const PlanHost& host, const HostLook& look);

// Tells whether people are logged on, or may be as nobody could look: a restart of TermService
// would end their sessions.
bool has_people(const HostLook& look);

// Returns why a host is left to those who are logged on, or may be.
std::string people_of(const HostLook& look);

// Says why the host is not what the plan was made for; empty when it is. Of later steps it is asked
// what they would change once the earlier ones have helped.
std::string drift_of(const PlanHost& host, const FixChoices& choices, const HostLook& look);

// Returns what of a step's changes is left to do now that those before it are done, or says why it
// cannot be done. Less than was planned is no drift: Windows may have helped itself.
std::variant<std::vector<Change>, std::string> changes_left(
    const PlanHost& host, std::size_t number, const FixChoices& choices, const HostLook& look
);

// Says what the fixes of the steps up to that one were to bring about and did not, each by its own
// rules; empty when they did.
std::string left_undone(
    const PlanHost& host, std::size_t number, const FixChoices& choices, const HostLook& look
);

// Says what of RDP as a whole is not well inside after the last step; empty when all is.
std::string rdp_trouble(const PlanHost& host, const HostLook& look);

// Tells whether any of the host's fixes has to do with RDP's answering at all.
bool cures_rdp(const PlanHost& host);

// Tells whether the host itself made a whole RDP handshake.
bool shows_handshake(const HostLook& look);

// Tells whether these changes move RDP to another port. A firewall rule alone, for a port that it
// was moved to before, does not.
bool moves_rdp(const std::vector<Change>& changes);

// Returns the port that the fixes let clients to; 0 where that stays as it was.
std::uint16_t moved_port(const PlanHost& host);

// Returns the port that RDP is moved from.
std::uint16_t port_before(const PlanHost& host);

} // namespace rdpsweep
