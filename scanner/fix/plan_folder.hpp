// The folder of a plan in the state directory: <state>/plans/<id>/.
#pragma once

#include "scanner/store/state_folder.hpp"

#include <string>

namespace rdpsweep {

// Opens it. Error as of StateFolder::open().
Result<StateFolder>
plan_folder(const std::string& state_dir, const std::string& plan_id, IfMissing missing);

} // namespace rdpsweep
