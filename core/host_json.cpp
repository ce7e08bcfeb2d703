// A host as the JSON of rdpsweep.report/1: as text, since it is written for every one of them.
#include "core/json.hpp"
#include "core/json_text.hpp"
#include "core/outcome_json.hpp"
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace rdpsweep {

namespace {

// Members stand in the order of the alphabet, as in the documents that are built as trees.

template <class Map>
requires requires {
    typename Map::mapped_type;
}

void put(JsonText& out, const Map& texts) {
    out.open_object();
    for (const auto& [key, value] : texts) {
        // A stranger's key: escaped as a text, then followed by its value.
        JsonText name;
        name.text(key);
        out.name(name.str()).text(value);
    }
    out.close_object();
}

void put(JsonText& out, const std::vector<std::string>& texts) {
    out.open_array();
    for (const auto& text : texts)
        out.text(text);
    out.close_array();
}

void put_moment(JsonText& out, std::int64_t unix_seconds) {
    if (unix_seconds == 0)
        out.null();
    else
        out.text(to_iso8601(unix_seconds));
}

void put_key_and_arguments(JsonText& out, const Message& message) {
    put(out.key("arguments"), message.arguments);
    out.member("key", message.key);
}

void put_notes(JsonText& out, const std::vector<Message>& notes, const Say& say) {
    out.open_array();
    for (const auto& note : notes) {
        out.open_object();
        put_key_and_arguments(out, note);
        out.member("text", say(note)).close_object();
    }
    out.close_array();
}

void put_rungs(JsonText& out, const Attempt& attempt) {
    out.open_array();
    for (const auto& [phase, took] : attempt.rungs) {
        out.open_object().key("ms").number(std::int64_t{took.count()});
        out.member("rung", rung(phase)).close_object();
    }
    out.close_array();
}

void put_attempt(JsonText& out, const Attempt& attempt, const Say& say) {
    const auto* error = attempt.error ? &*attempt.error : nullptr;
    out.open_object();
    out.key("bytes_received").number(std::uint64_t{attempt.bytes_received});
    out.key("bytes_sent").number(std::uint64_t{attempt.bytes_sent});
    out.member("code", error != nullptr ? to_string(error->code()) : std::string_view("ok"));
    out.member("hint", error != nullptr ? error->hint() : std::string_view());
    out.member("identity", attempt.identity);
    out.key("ms").number(std::int64_t{attempt.took.count()});
    out.member("native", error != nullptr ? error->native() : std::string_view());
    put_notes(out.key("notes"), attempt.notes, say);
    out.member("reached", rung(attempt.reached));
    out.key("round_trips").number(std::uint64_t{attempt.round_trips});
    put_rungs(out.key("rungs"), attempt);
    out.member("stage", rung(error != nullptr ? error->phase() : attempt.reached));
    out.member("transport", attempt.transport);
    out.member("what", error != nullptr ? error->detail() : std::string_view());
    out.close_object();
}

void put_finding(JsonText& out, const Finding& finding, const Say& say) {
    out.open_object();
    out.member("article_step", finding.article_step);
    out.member("cause", to_string(finding.cause));
    out.member("confidence", to_string(finding.confidence));
    out.key("evidence").open_array();
    for (const auto& item : finding.evidence) {
        out.open_object().member("expected", item.expected);
        out.member("fact", item.fact).member("observed", item.observed).close_object();
    }
    out.close_array().key("message").open_object();
    put_key_and_arguments(out, finding.summary);
    out.close_object();
    out.member("rule", finding.rule);
    out.member("severity", to_string(finding.severity));
    out.member("summary", say(finding.summary));
    out.member("verdict", to_string(finding.verdict));
    out.close_object();
}

// Returns the way in that worked; empty when none did.
std::string_view used_transport(const HostResult& host) {
    if (host.outcome != Outcome::assessed) return {};
    for (auto at = host.attempts.rbegin(); at != host.attempts.rend(); ++at) {
        if (!at->error) return at->transport;
    }
    return {};
}

// Writes the document as it came, where that is one line; else the same in one. It was decoded once
// already: what is no JSON after all is left out rather than passed on.
void put_facts(JsonText& out, const std::string& facts_json) {
    const bool line = facts_json.starts_with('{') && facts_json.ends_with('}') &&
                      std::all_of(facts_json.begin(), facts_json.end(), [](char c) {
                          return static_cast<unsigned char>(c) >= 0x20;
                      });
    if (line) {
        out.raw(facts_json);
        return;
    }
    if (facts_json.empty()) {
        out.null();
        return;
    }
    const auto facts = parse_json(facts_json, Phase::decode);
    out.raw(facts && facts->is_object() ? dump_json(*facts) : "null");
}

// Writes what is known of the life of a host that was read from its disk; null for any other.
void put_disk(JsonText& out, const HostResult& host) {
    if (host.source != Source::disk) {
        out.null();
        return;
    }
    out.open_object().key("answered").raw(host.disk.answered ? "true" : "false");
    put_moment(out.key("last_alive"), host.disk.last_alive);
    put_moment(out.key("stopped"), host.disk.stopped);
    out.close_object();
}

void put_members(JsonText& out, const HostResult& host, const Say& say) {
    const auto& target = host.target;
    out.member("address", target.address);
    out.key("attempts").open_array();
    for (const auto& attempt : host.attempts)
        put_attempt(out, attempt, say);
    out.close_array();
    out.member("credential", target.credential);
    put_disk(out.key("disk"), host);
    put_facts(out.key("facts"), host.facts_json);
    out.key("findings").open_array();
    for (const auto& finding : host.findings)
        put_finding(out, finding, say);
    out.close_array();
    out.member("fingerprint", host.fingerprint);
    out.member("id", target.id);
    out.key("index").number(std::uint64_t{host.index});
    out.member("name", target.name);
    out.member("noise", host.noise);
    out.member("outcome", to_string(host.outcome));
    out.key("rdp_port").number(std::uint64_t{target.rdp_port});
    out.member("reason", host.reason);
    out.member("root_cause", to_string(host.root_cause));
    put(out.key("route"), target.route);
    out.key("secondary_causes").open_array();
    for (const auto cause : host.secondary_causes)
        out.text(to_string(cause));
    out.close_array();
    out.member("source", to_string(host.source));
    put(out.key("tags"), target.tags);
    out.key("timing").open_object();
    put_moment(out.key("finished"), host.finished);
    out.key("ms").number(std::int64_t{host.took.count()});
    put_moment(out.key("started"), host.started);
    out.close_object();
    out.member("transport", used_transport(host));
    out.member("verdict", to_string(host.verdict));
    out.member("vm", target.vm);
}

} // namespace

nlohmann::json to_json(const HostResult& host, const Say& say) {
    return nlohmann::json::parse(to_json_text(host, say));
}

std::string to_json_text(const HostResult& host, const Say& say) {
    JsonText out;
    out.open_object();
    put_members(out, host, say);
    out.close_object();
    return std::move(out).take();
}

} // namespace rdpsweep
