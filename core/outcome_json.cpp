// The JSON of rdpsweep.report/1 for hosts, runs, totals and groups, and the way back.
#include "core/outcome_json.hpp"

#include "core/json.hpp"
#include "core/json_members.hpp"
#include "core/text.hpp"
#include "core/unicode.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace rdpsweep {

namespace {

using nlohmann::json;

// Returns text of strangers as JSON may hold it. Everything is cleaned here, so that dump() of the
// result cannot throw.
json clean(std::string_view text) {
    return to_valid_utf8(text);
}

json clean(const std::map<std::string, std::string>& texts) {
    auto object = json::object();
    for (const auto& [key, value] : texts)
        object[to_valid_utf8(key)] = clean(value);
    return object;
}

json clean(const std::vector<std::string>& texts) {
    auto array = json::array();
    for (const auto& text : texts)
        array.push_back(clean(text));
    return array;
}

// Returns null for "never": the clock's zero is no date anybody wants to read.
json moment(std::int64_t unix_seconds) {
    return unix_seconds == 0 ? json() : json(to_iso8601(unix_seconds));
}

json key_and_arguments(const Message& message) {
    return {{"key", clean(message.key)}, {"arguments", clean(message.arguments)}};
}

json notes_json(const std::vector<Message>& notes, const Say& say) {
    auto array = json::array();
    for (const auto& note : notes) {
        auto object = key_and_arguments(note);
        object["text"] = clean(say(note));
        array.push_back(std::move(object));
    }
    return array;
}

} // namespace

json to_json(const RunInfo& run, const Say& say) {
    return {
        {"id", clean(run.id)},
        {"started", moment(run.started)},
        {"finished", moment(run.finished)},
        {"version", clean(run.version)},
        {"collector_sha256", clean(run.collector_sha256)},
        {"args", clean(run.args)},
        {"warnings", notes_json(run.warnings, say)},
        {"targets", run.targets},
        {"interrupted", run.interrupted},
    };
}

Result<RunInfo> run_from_json(JsonValue value) {
    std::string problem;
    const Members in(value, "", problem);
    RunInfo run;
    run.id = in.text("id");
    run.started = in.time("started");
    run.finished = in.time("finished");
    run.version = in.text("version");
    run.collector_sha256 = in.text("collector_sha256");
    run.args = in.texts("args");
    in.each("warnings", [&](const Members& warning) {
        run.warnings.push_back({warning.text("key"), warning.texts_by_name("arguments")});
    });
    run.targets = in.number<std::size_t>("targets");
    run.interrupted = in.flag("interrupted");
    if (problem.empty() && run.id.empty()) problem = "/id is missing";
    if (!problem.empty()) return Error(Phase::decode, Errc::malformed_output, std::move(problem));
    return run;
}

json to_json(const Totals& totals) {
    auto object = json::object();
    object["targets"] = totals.targets;
    for (const auto outcome : all_outcomes()) {
        object[std::string(to_string(outcome))] = totals.of(outcome);
    }
    for (const auto verdict : all_verdicts()) {
        object[std::string(to_string(verdict))] = totals.of(verdict);
    }
    object["disk_alone"] = totals.disk_alone();
    object["disk_alone_ok"] = totals.disk_alone(Verdict::ok);
    return object;
}

json to_json(const Group& group, const Say& say) {
    return {
        {"root_cause", to_string(group.cause)},
        {"verdict", to_string(group.verdict)},
        {"summary", clean(say(group.summary))},
        {"message", key_and_arguments(group.summary)},
        {"signature", clean(group.signature)},
        {"hosts", clean(group.target_names)},
    };
}

} // namespace rdpsweep
