// The options of a run as data: what run.json keeps of them (docs/schema/run-1.schema.json). They
// name secrets and never carry them.
#pragma once

#include "core/result.hpp"
#include "scanner/options/scan_options.hpp"

#include <string>
#include <string_view>

namespace rdpsweep {

// Returns every member but args as one JSON object, with the version of its schema.
std::string to_json_text(const ScanOptions& options);

// Reads what to_json_text() wrote, also that of another version. A member that is not there keeps
// its default. One that this version does not know is passed over where it could not change which
// hosts are visited and how (pace, records, talk). Elsewhere it is an Error{config,
// malformed_output} that names it, and so is every value that this version does not understand, and
// an object of a later version of the schema.
Result<ScanOptions> scan_options_from_json(std::string_view text);

} // namespace rdpsweep
