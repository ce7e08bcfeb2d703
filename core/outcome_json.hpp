// HostResult and FleetReport as the JSON of rdpsweep.report/1, and back. The run store and the
// json, jsonl and html reports share it.
#pragma once

#include "core/json_document.hpp"
#include "core/outcome.hpp"
#include "core/result.hpp"

#include <nlohmann/json_fwd.hpp>

namespace rdpsweep {

// Renders a message in the report's language; reports/messages supplies one.
using Say = std::function<std::string(const Message&)>;

// Returns the host object of rdpsweep.report/1. Each finding and note carries its text (by say) and
// its key and arguments, so that it can be re-rendered. facts is embedded as an object.
nlohmann::json to_json(const HostResult& host, const Say& say);

// Returns the same as text, in one line: built without a tree. host.facts_json was parsed when it
// came and is passed on as it is.
std::string to_json_text(const HostResult& host, const Say& say);

// Does the inverse of to_json_text of the host at member, or of json itself where that is empty.
// The facts stay the text that they are in json, which gets json_room behind it. Error{decode,
// malformed_output} names the member that is wrong.
Result<HostResult> host_from_json(std::string& json, std::string_view member = {});

inline Result<HostResult> host_from_json(std::string&& json) {
    return host_from_json(json);
}

nlohmann::json to_json(const RunInfo& run, const Say& say);
Result<RunInfo> run_from_json(JsonValue value);
nlohmann::json to_json(const Totals& totals);
nlohmann::json to_json(const Group& group, const Say& say);

} // namespace rdpsweep
