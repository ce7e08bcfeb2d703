// What a look at a host says about its plan: whether the host is still what the plan was made for,
// and whether the fixes helped. Pure.
#pragma once

#include "core/facts.hpp"
#include "probes/rule.hpp"
#include "scanner/fix/plan.hpp"

#include <cstdint>
#include <string>

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

// Says why the host is not what the plan was made for; empty when it is.
std::string drift_of(const PlanHost& host, const FixChoices& choices, const HostLook& look);

// Says what the fixes were to bring about inside and did not; empty when all is well there.
std::string left_undone(const PlanHost& host, const FixChoices& choices, const HostLook& look);

// Tells whether any of the host's fixes has to do with RDP's answering at all.
bool cures_rdp(const PlanHost& host);

// Tells whether the host itself made a whole RDP handshake.
bool shows_handshake(const HostLook& look);

// Returns the port that the fixes move RDP to; 0 where it stays.
std::uint16_t moved_port(const PlanHost& host);

} // namespace rdpsweep
