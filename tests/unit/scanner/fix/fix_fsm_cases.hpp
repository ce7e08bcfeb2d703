// What the machine that fixes a host answers, step by step: the rows of its table.
#pragma once

#include "tests/unit/scanner/fix/fix_scene.hpp"

#include <string>
#include <vector>

namespace rdpsweep::test {

struct FixCase {
    FixStep step;
    std::string when;
    Scene scene;
    FixEvent event;
    std::string action; // in words_of()
    FixStep next;
};

// Returns every event that a step can take, with each way that it may be answered; but no losses,
// which all steps but idle answer alike.
std::vector<FixCase> fix_cases();

// Return those among them: until something is changed, about the scripts that write, about the
// looks after, and about plans in several steps.
std::vector<FixCase> cases_before();
std::vector<FixCase> cases_of_change();
std::vector<FixCase> cases_after();
std::vector<FixCase> cases_of_steps();

} // namespace rdpsweep::test
