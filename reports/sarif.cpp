// Writes groups as results and obstacles as notifications of the run; hosts are their locations.
#include "reports/sarif.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "reports/changes/difference.hpp"
#include "reports/gathering.hpp"
#include "reports/output.hpp"
#include "reports/wording.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <tuple>

namespace rdpsweep {

namespace {

using nlohmann::json;

constexpr std::size_t text_bytes = 1'000;
constexpr std::size_t sarif_name_bytes = 120;

// What the format calls Markdown is rendered by viewers, so hosts' text goes into "text" only.
json message(std::string_view untrusted) {
    return {{"text", printable(untrusted, text_bytes)}};
}

bool is_reported(const Group& group) {
    return group.verdict == Verdict::broken || group.verdict == Verdict::at_risk ||
           group.verdict == Verdict::unknown;
}

// Returns "rdpsweep/machine_keys"; groups without a verdict have no cause.
std::string rule_id(const Group& group) {
    const auto cause = group.cause == Cause::none ? "unknown" : to_string(group.cause);
    return "rdpsweep/" + std::string(cause);
}

json rule(const Catalogue& messages, const Group& group) {
    const auto cause = group.cause == Cause::none ? Cause::unexplained : group.cause;
    const auto what_key = "cause." + std::string(to_string(cause)) + ".what";
    const bool unknown = group.cause == Cause::none;
    const auto name = unknown ? word(messages, Verdict::unknown) : title(messages, cause);
    const auto what = unknown ? messages.text("report.not_judged")
                              : (messages.has(what_key) ? messages.text(what_key) : name);
    return {
        {"id", rule_id(group)},
        {"shortDescription", {{"text", name}}},
        {"fullDescription", {{"text", what}}},
        {"helpUri",
         "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/"
         "troubleshoot-rdp-internal-error"},
    };
}

// Returns one rule for each cause among the groups, in their order.
std::vector<std::pair<std::string, json>>
rules_of(const Catalogue& messages, const FleetReport& report) {
    std::vector<std::pair<std::string, json>> rules;
    for (const auto& group : report.groups) {
        const auto id = rule_id(group);
        const auto same = [&id](const auto& known) { return known.first == id; };
        if (!is_reported(group) || std::any_of(rules.begin(), rules.end(), same)) continue;
        rules.emplace_back(id, rule(messages, group));
    }
    return rules;
}

json location(const std::string& name) {
    const auto shown = printable(name, sarif_name_bytes);
    return {
        {"logicalLocations",
         {{{"name", shown}, {"fullyQualifiedName", shown}, {"kind", "resource"}}}}};
}

json result(const Catalogue& messages, const Group& group, const Digest& digest, std::size_t rule) {
    const auto count = group.target_names.size();
    const auto decided = digest.rules.find(key_of(group));
    auto locations = json::array();
    for (std::size_t i = 0; i < std::min(count, sarif_locations); ++i)
        locations.push_back(location(group.target_names[i]));
    auto text = hosts(messages, count) + ": " + summary(messages, group);
    if (count > sarif_locations) {
        const auto listed = grouped(sarif_locations);
        text += " " + messages.say({"report.sarif.listed", {{"count", listed}}});
    }
    const bool open = group.verdict == Verdict::unknown; // section 3.27.9: then no level
    json object{
        {"ruleId", rule_id(group)},
        {"ruleIndex", rule},
        {"kind", open ? "open" : "fail"},
        {"level",
         open                               ? "none"
         : group.verdict == Verdict::broken ? "error"
                                            : "warning"},
        {"message", message(text)},
        {"locations", std::move(locations)},
        {"partialFingerprints", {{"rdpsweep/v1", printable(group.signature, sarif_name_bytes)}}},
        {"properties", {{"hosts", count}, {"verdict", to_string(group.verdict)}}},
    };
    if (decided != digest.rules.end())
        object["properties"]["rule"] = printable(decided->second, sarif_name_bytes);
    return object;
}

// Returns a group that the other run has alone. Where nobody looked again it is not gone.
json gone(const Catalogue& messages, const Difference& difference, const GroupKey& key) {
    const auto& kind = difference.kinds.at(key);
    Group group;
    std::tie(group.cause, group.verdict, group.signature) = key;
    group.summary = kind.summary;
    const bool open = kind.unverified > 0;
    const auto text = messages.say(
        {open ? "report.change.not_verified" : "report.change.absent",
         {{"hosts", hosts(messages, open ? kind.unverified : kind.before)},
          {"summary", summary(messages, group)}}}
    );
    auto locations = json::array();
    for (const auto& name : kind.names.names)
        locations.push_back(location(name));
    return {
        {"ruleId", rule_id(group)},
        {"kind", open ? "open" : "pass"},
        {"level", "none"},
        {"baselineState", difference.state_of(key)},
        {"message", message(text)},
        {"locations", std::move(locations)},
        {"partialFingerprints", {{"rdpsweep/v1", printable(group.signature, sarif_name_bytes)}}},
        {"properties", {{"hosts_before", kind.before}, {"verdict", to_string(group.verdict)}}},
    };
}

json notification(const Catalogue& messages, const Obstacle& obstacle, const Obstructed& hosts_) {
    auto text = hosts(messages, hosts_.hosts.count) + ": " + word(messages, obstacle.outcome) + " ";
    text +=
        obstacle.rung.empty()
            ? messages.phrase(obstacle.reason)
            : messages.say({"report.obstacle", {{"rung", obstacle.rung}, {"code", obstacle.code}}});
    text += " (" + some_names(messages, hosts_.hosts.names, hosts_.hosts.count) + ")";
    const bool wanted = obstacle.outcome == Outcome::skipped;
    return {{"level", wanted ? "note" : "error"}, {"message", message(text)}};
}

json invocation(const Catalogue& messages, const FleetReport& report, const Digest& digest) {
    const auto& run = report.run;
    auto notifications = json::array();
    for (const auto& [obstacle, obstructed] : digest.not_assessed)
        notifications.push_back(notification(messages, obstacle, obstructed));
    const auto warn = [&notifications](const std::string& text) {
        notifications.push_back({{"level", "warning"}, {"message", message(text)}});
    };
    if (const auto disks = disks_sentence(messages, report.totals); !disks.empty())
        notifications.push_back({{"level", "note"}, {"message", message(disks)}});
    if (run.interrupted) warn(messages.text("report.interrupted"));
    if (!report.totals.balanced()) warn(messages.text("report.unbalanced"));
    for (const auto& warning : run.warnings)
        warn(messages.say(warning));
    auto arguments = json::array();
    for (const auto& argument : run.args)
        arguments.push_back(printable(argument));
    return {
        {"executionSuccessful", !run.interrupted && report.totals.balanced()},
        {"startTimeUtc", to_iso8601(run.started)},
        {"endTimeUtc", to_iso8601(run.finished)},
        {"arguments", std::move(arguments)},
        {"toolExecutionNotifications", std::move(notifications)},
    };
}

class SarifReport : public Reporter {
public:
    SarifReport(Sink sink, const Catalogue& messages, const ReportOptions& options)
        : out_(std::move(sink)), messages_(messages), gathered_(options) {}

    void on_host(const HostResult& host) override { gathered_.add(host); }

    void on_baseline(const Difference& difference) override { difference_ = &difference; }

    Status on_finish(const FleetReport& report, HostReader& hosts) override {
        auto read = gathered_.add_rest(report, hosts);
        if (!read) return read;
        const auto& digest = gathered_.digest();
        const auto rules = rules_of(messages_, report);
        write_head(report, rules);
        out_ << dump_json(invocation(messages_, report, digest)) << "],\n\"results\":[";
        write_results(report, digest, rules);
        out_ << "]}]}\n";
        return out_.flush();
    }

private:
    using Rules = std::vector<std::pair<std::string, json>>;

    void write_head(const FleetReport& report, const Rules& rules) {
        auto listed = json::array();
        for (const auto& [id, rule] : rules)
            listed.push_back(rule);
        const json tool{
            {"driver",
             {{"name", "rdpsweep"},
              {"version", printable(report.run.version)},
              {"language", messages_.text("report.language")},
              {"rules", std::move(listed)}}}};
        const auto id = "rdpsweep/" + printable(report.run.id, sarif_name_bytes);
        out_ << "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
                "\"version\":\"2.1.0\",\"runs\":[{\"tool\":"
             << dump_json(tool) << ",\n\"automationDetails\":" << dump_json({{"id", id}})
             << ",\n\"columnKind\":\"utf16CodeUnits\",\n\"invocations\":[";
    }

    void write_results(const FleetReport& report, const Digest& digest, const Rules& rules) {
        std::string_view between = "\n";
        for (const auto& group : report.groups) {
            if (!is_reported(group)) continue;
            const auto id = rule_id(group);
            const auto at = std::find_if(rules.begin(), rules.end(), [&id](const auto& known) {
                return known.first == id;
            });
            const auto index = static_cast<std::size_t>(at - rules.begin());
            auto object = result(messages_, group, digest, index);
            if (difference_ != nullptr)
                object["baselineState"] = difference_->state_of(key_of(group));
            out_ << between << dump_json(object);
            between = ",\n";
        }
        if (difference_ == nullptr) return;
        for (const auto& [key, kind] : difference_->kinds) {
            const bool told = std::get<Verdict>(key) >= Verdict::unknown;
            if (!told || kind.before == 0 || kind.after > 0) continue;
            out_ << between << dump_json(gone(messages_, *difference_, key));
            between = ",\n";
        }
    }

    Output out_;
    const Catalogue& messages_;
    Gathering gathered_;
    const Difference* difference_ = nullptr; // null: no other run is known
};

} // namespace

std::unique_ptr<Reporter>
make_sarif_report(Sink sink, const Catalogue& messages, ReportOptions options) {
    return std::make_unique<SarifReport>(std::move(sink), messages, options);
}

} // namespace rdpsweep
