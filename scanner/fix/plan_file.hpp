// Plans on disk.
#pragma once

#include "scanner/fix/plan.hpp"

#include <string>

namespace rdpsweep {

// Writes a new file of mode 0600; an existing one is not replaced. Error{config, local_limit}. A
// plan that load_plan() could not read is not written: its error.
Status write_plan(const std::string& path, const Plan& plan);

// Reads a plan. Error{config, ...} when it cannot be read, is larger than 64 MiB, or is no plan.
// The bytes of the file. Error{config, local_limit}; it is never more than 64 MiB.
Result<std::string> read_plan_file(const std::string& path);

Result<Plan> load_plan(const std::string& path);

} // namespace rdpsweep
