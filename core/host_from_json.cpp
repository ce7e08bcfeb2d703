// A host out of the JSON of rdpsweep.report/1. Its facts are not taken apart: reports read every
// host of a run, and most ask for none of them.
#include "core/json_members.hpp"
#include "core/json_piece.hpp"
#include "core/outcome_json.hpp"

#include <utility>

namespace rdpsweep {

namespace {

// A record is a few levels higher than the facts in it, and somewhat longer.
constexpr JsonLimits record_limits{.bytes = std::size_t{32} << 20, .depth = 48, .nodes = 2'000'000};

Message read_message(const Members& in) {
    return {in.text("key"), in.texts_by_name("arguments")};
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
    in.each("rungs", [&](const Members& rung) {
        attempt.rungs.emplace_back(rung.phase("rung"), rung.milliseconds("ms"));
    });
    attempt.identity = in.text("identity");
    in.each("notes", [&](const Members& note) { attempt.notes.push_back(read_message(note)); });
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
    in.each("evidence", [&](const Members& item) {
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
    const auto tags = in.texts_by_name("tags");
    target.tags = Tags(tags.begin(), tags.end());
    target.vm = in.text("vm");
    return target;
}

// Reads where what is known came from; runs stored before that was told have none.
void read_source(const Members& in, HostResult& host) {
    if (in.find("source")) host.source = in.name<Source>("source");
    if (!in.find("disk")) return;
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
    in.each("attempts", [&](const Members& attempt) {
        host.attempts.push_back(read_attempt(attempt));
    });
    in.each("findings", [&](const Members& finding) {
        host.findings.push_back(read_finding(finding));
    });
}

// Reads all but the facts.
HostResult read_host(const Members& in) {
    HostResult host;
    host.target = read_target(in);
    host.index = in.number<std::size_t>("index");
    read_judgement(in, host);
    read_source(in, host);
    host.noise = in.text("noise");
    const auto timing = in.inside("timing");
    host.started = timing.time("started");
    host.finished = timing.time("finished");
    host.took = timing.milliseconds("ms");
    return host;
}

Error not_a_host(std::string problem) {
    return {Phase::decode, Errc::malformed_output, std::move(problem)};
}

// Returns the text of the facts within json.
std::optional<std::string_view> facts_in(std::string& json, std::string_view member) {
    if (member.empty()) return json_piece(json, {"facts"});
    return json_piece(json, {member, "facts"});
}

} // namespace

Result<HostResult> host_from_json(std::string& json, std::string_view member) {
    json.reserve(json.size() + json_room);
    const auto document = JsonDocument::read(json, Phase::decode, record_limits);
    if (!document) return not_a_host(std::string(document.error().detail()));
    const auto value =
        member.empty() ? std::optional(document->root()) : document->root().find(member);
    if (!value) return not_a_host("/" + std::string(member) + " is missing");
    std::string problem;
    const Members in(*value, "", problem);
    auto host = read_host(in);
    if (in.find("facts")) {
        static_cast<void>(in.inside("facts")); // which is an object
        host.facts_json = facts_in(json, member).value_or("");
    }
    if (problem.empty() && host.target.name.empty()) problem = "/name is missing";
    if (!problem.empty()) return not_a_host(std::move(problem));
    return host;
}

} // namespace rdpsweep
