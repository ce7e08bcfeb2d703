// The script by which fixes are made, as a simulated Windows runs it.
#pragma once

#include "tests/simfleet/vm.hpp"

#include <string>
#include <string_view>

namespace simfleet {

// Whether a script is that one, by the document it prints.
bool is_change_script(std::string_view script);

// Does what arguments (RDPSWEEP_ARGS) ask for to vm's state; returns the changes/1 document.
std::string run_change_script(const Vm& vm, const std::string& arguments);

} // namespace simfleet
