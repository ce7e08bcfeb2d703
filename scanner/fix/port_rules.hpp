// Which rule a network security group lacks for a port that RDP moves to. Pure.
//
// The new rule copies the one rule that lets clients to the old port. Where there is not one such
// rule alone, nothing is guessed: a person has to say who may connect.
#pragma once

#include "core/result.hpp"
#include "scanner/fix/vm_guard.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace rdpsweep {

// The VM that a rule is for.
struct GatedVm {
    std::string name;    // of its rule: no two VMs of a group have the same
    std::string address; // private, as the groups see it
};

// A rule to be made in a group.
struct PortRule {
    std::string like;  // the name of the old port's rule; empty: nothing is missing
    std::string body;  // JSON, as Azure takes it; without a priority where none is asked for
    bool made = false; // it is there: an earlier try made it
};

// Returns the name of our rule for the VM with that ARM id.
std::string rule_name(const std::string& vm, const PortMove& move);

// Tells whether a rule was made for that VM by that plan.
bool is_of_plan(const nlohmann::json& rule, const GatedVm& vm, const PortMove& move);

// Returns what a group, as Azure describes it, lacks. Error{config, unsupported}: it cannot be
// copied safely, and why.
Result<PortRule> rule_for(const nlohmann::json& group, const GatedVm& vm, const PortMove& move);

} // namespace rdpsweep
