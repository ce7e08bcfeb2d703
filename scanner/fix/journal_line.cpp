// Writes entries of a journal as JSON, and reads them back in their order.
#include "scanner/fix/journal_line.hpp"

#include "core/json.hpp"
#include "core/json_members.hpp"
#include "core/text.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep {

namespace {

using nlohmann::json;

constexpr auto before_member = "prev_sha256";
constexpr auto digest_member = "plan_sha256";
constexpr auto id_member = "id";
constexpr auto guid_member = "machine_guid";

std::optional<JournalEntry> word_of(JsonValue said) {
    JournalEntry entry;
    entry.host = no_host;
    PlanWord word;
    if (!said.is_object()) return {};
    if (const auto why = said.find("acknowledged")) word.acknowledged = why->text().value_or("");
    bool known = true;
    if (const auto controls = said.find("controls")) {
        controls->each_member([&](std::string_view id, JsonValue answers) {
            known = known && answers.flag();
            word.controls.emplace(id, answers.flag().value_or(false));
        });
    }
    if (!known) return {};
    entry.of_plan = std::move(word);
    return entry;
}

std::optional<JournalEntry> entry_of(JsonValue document) {
    if (const auto word = document.find("of_plan")) return word_of(*word);
    std::string problem;
    const Members in(document, "", problem);
    JournalEntry entry;
    entry.host = in.number<std::size_t>("host");
    entry.why = in.text("why");
    entry.at = in.time("at");
    auto changes = changes_from_lines(in.text("changes"));
    if (!changes || !problem.empty()) return {};
    entry.changes = *std::move(changes);
    entry.snapshot = in.text("snapshot");
    entry.step = in.number<std::size_t>("step");
    if (in.find("unsound")) entry.unsound = in.texts("unsound");
    entry.reached = in.flag("reached");
    entry.worked = in.flag("worked");
    entry.gate = in.flag("gate");
    entry.restart = in.flag("restart");
    entry.drifted = in.flag("drifted");
    const auto stage = stage_of(in.text("stage"));
    if (!problem.empty() || !stage) return {};
    entry.stage = *stage;
    return entry;
}

// Tells whether a line is about the host that the plan has in its place. One of an older version
// names none.
bool is_of_plan(JsonValue document, const JournalEntry& entry, const JournalKey& key) {
    if (key.hosts.empty() || entry.of_plan) return true;
    const auto id = document.find(id_member), guid = document.find(guid_member);
    if (!id && !guid) return true;
    if (entry.host >= key.hosts.size() || !id || !guid) return false;
    const auto& host = key.hosts[entry.host];
    return id->text() == host.id && guid->text() == host.machine_guid;
}

json members_of(const JournalEntry& entry) {
    if (entry.of_plan) {
        json word = json::object();
        if (!entry.of_plan->acknowledged.empty())
            word["acknowledged"] = entry.of_plan->acknowledged;
        if (!entry.of_plan->controls.empty()) word["controls"] = entry.of_plan->controls;
        return {{"of_plan", std::move(word)}};
    }
    json line{
        {"host", entry.host},
        {"stage", to_string(entry.stage)},
        {"why", entry.why},
        {"changes", to_lines(entry.changes)},
        {"snapshot", entry.snapshot}};
    if (entry.step != 0) line["step"] = entry.step;
    if (entry.unsound) line["unsound"] = *entry.unsound;
    const std::pair<const char*, bool> flags[] = {
        {"reached", entry.reached},
        {"worked", entry.worked},
        {"gate", entry.gate},
        {"restart", entry.restart},
        {"drifted", entry.drifted}};
    for (const auto& [name, set] : flags) {
        if (set) line[name] = true;
    }
    return line;
}

} // namespace

std::string first_line(const JournalKey& key) {
    return dump_json(json{
        {"plan", key.plan_id}, {digest_member, key.plan_digest}, {before_member, ""}});
}

std::string line_of(const JournalEntry& entry, const JournalKey& key, std::string_view before) {
    auto line = members_of(entry);
    if (entry.host < key.hosts.size()) {
        line[id_member] = key.hosts[entry.host].id;
        line[guid_member] = key.hosts[entry.host].machine_guid;
    }
    line["at"] = to_iso8601(entry.at);
    line[before_member] = before;
    return dump_json(line);
}

Taken JournalChain::take(const std::string& line) {
    const auto read = JsonDocument::read(line, Phase::config);
    if (!read || !read->root().is_object()) return Taken::does_not_follow;
    const auto document = read->root();
    const auto before = document.find(before_member);
    const bool chained = before.has_value();
    if (chained && before->text() != last_sha256_) return Taken::does_not_follow;
    if (chained_ && !chained) return Taken::does_not_follow;
    if (const auto digest = document.find(digest_member)) {
        if (!last_sha256_.empty() || digest->text() != key_.plan_digest)
            return Taken::does_not_follow;
        names_plan_ = true;
    } else {
        // A chain begins with the plan, or goes on from an older version's lines.
        if (chained && last_sha256_.empty()) return Taken::does_not_follow;
        auto entry = entry_of(document);
        if (!entry) return Taken::does_not_follow;
        if (!is_of_plan(document, *entry, key_)) return Taken::other_host;
        entries_.push_back(*std::move(entry));
    }
    chained_ = chained;
    last_sha256_ = sha256_hex(line);
    return Taken::yes;
}

} // namespace rdpsweep
