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

// --- writing ------------------------------------------------------------------------------------

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

// --- reading ------------------------------------------------------------------------------------

Message read_message(const Members& in) {
    return {in.text("key"), in.texts_by_name("arguments")};
}

std::vector<Message> read_notes(const Members& in, const char* key) {
    std::vector<Message> notes;
    in.each(key, [&](const json& element, const std::string& where) {
        notes.push_back(read_message(Members(element, where, in.problem())));
    });
    return notes;
}

Attempt read_attempt(const Members& in) {
    Attempt attempt;
    attempt.transport = in.text("transport");
    if (in.text("code") != "ok") {
        attempt.error = Error(in.phase("stage"), in.name<Errc>("code"), in.text("what"))
                            .with_native(in.text("native"))
                            .with_hint(in.text("hint"));
    }
    attempt.reached = in.phase("reached");
    in.each("rungs", [&](const json& element, const std::string& where) {
        const Members item(element, where, in.problem());
        attempt.rungs.emplace_back(item.phase("rung"), item.milliseconds("ms"));
    });
    attempt.identity = in.text("identity");
    attempt.notes = read_notes(in, "notes");
    attempt.took = in.milliseconds("ms");
    attempt.round_trips = in.number<std::uint32_t>("round_trips");
    attempt.bytes_sent = in.number<std::uint64_t>("bytes_sent");
    attempt.bytes_received = in.number<std::uint64_t>("bytes_received");
    return attempt;
}

Finding read_finding(const Members& in) {
    Finding finding;
    finding.rule = in.text("rule");
    finding.cause = in.name<Cause>("cause");
    finding.verdict = in.name<Verdict>("verdict");
    finding.severity = in.name<Severity>("severity");
    finding.confidence = in.name<Confidence>("confidence");
    finding.summary = read_message(in.inside("message"));
    finding.article_step = in.text("article_step");
    in.each("evidence", [&](const json& element, const std::string& where) {
        const Members item(element, where, in.problem());
        finding.evidence.push_back({item.text("fact"), item.text("observed"), item.text("expected")}
        );
    });
    return finding;
}

Target read_target(const Members& in) {
    Target target;
    target.id = in.text("id");
    target.name = in.text("name");
    target.address = in.text("address");
    target.rdp_port = in.number<std::uint16_t>("rdp_port");
    target.route = in.texts("route");
    target.credential = in.text("credential");
    target.tags = in.texts_by_name("tags");
    target.vm = in.text("vm");
    return target;
}

// Reads where what is known came from; runs stored before that was told have none.
void read_source(const Members& in, HostResult& host) {
    if (in.find("source") != nullptr) host.source = in.name<Source>("source");
    if (in.find("disk") == nullptr) return;
    const auto disk = in.inside("disk");
    host.disk.answered = disk.flag("answered");
    host.disk.last_alive = disk.time("last_alive");
    host.disk.stopped = disk.time("stopped");
}

void read_judgement(const Members& in, HostResult& host) {
    host.outcome = in.name<Outcome>("outcome");
    host.reason = in.text("reason");
    host.verdict = in.name<Verdict>("verdict");
    host.root_cause = in.name<Cause>("root_cause");
    host.secondary_causes = in.names<Cause>("secondary_causes");
    host.fingerprint = in.text("fingerprint");
    in.each("attempts", [&](const json& element, const std::string& where) {
        host.attempts.push_back(read_attempt(Members(element, where, in.problem())));
    });
    in.each("findings", [&](const json& element, const std::string& where) {
        host.findings.push_back(read_finding(Members(element, where, in.problem())));
    });
}

Error malformed(std::string problem) {
    return {Phase::decode, Errc::malformed_output, std::move(problem)};
}

} // namespace

Result<HostResult> host_from_json(const json& value) {
    std::string problem;
    const Members in(value, "", problem);
    HostResult host;
    host.target = read_target(in);
    host.index = in.number<std::size_t>("index");
    read_judgement(in, host);
    read_source(in, host);
    host.noise = in.text("noise");
    if (const auto* facts = in.find("facts")) {
        const Members must_be_an_object(*facts, "/facts", problem);
        host.facts_json = dump_json(*facts);
    }
    const auto timing = in.inside("timing");
    host.started = timing.time("started");
    host.finished = timing.time("finished");
    host.took = timing.milliseconds("ms");
    if (problem.empty() && host.target.name.empty()) problem = "/name is missing";
    if (!problem.empty()) return malformed(std::move(problem));
    return host;
}

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

Result<RunInfo> run_from_json(const json& value) {
    std::string problem;
    const Members in(value, "", problem);
    RunInfo run;
    run.id = in.text("id");
    run.started = in.time("started");
    run.finished = in.time("finished");
    run.version = in.text("version");
    run.collector_sha256 = in.text("collector_sha256");
    run.args = in.texts("args");
    run.warnings = read_notes(in, "warnings");
    run.targets = in.number<std::size_t>("targets");
    run.interrupted = in.flag("interrupted");
    if (problem.empty() && run.id.empty()) problem = "/id is missing";
    if (!problem.empty()) return malformed(std::move(problem));
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
