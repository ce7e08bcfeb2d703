// Picks the fixes for each host of a run, and says why others are left out.
#include "scanner/fix/plan.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "probes/collect/decode.hpp"
#include "probes/fix/change_script.hpp"
#include "scanner/fix/account.hpp"
#include "scanner/fix/host_plan.hpp"
#include "scanner/fix/plan_limits.hpp"
#include "scanner/fix/same_windows.hpp"
#include "scanner/store/run_id.hpp"
#include "transports/registry.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <pwd.h>
#include <tuple>
#include <unistd.h>

namespace rdpsweep {

namespace {

std::string account() {
    const auto* entry = getpwuid(getuid());
    return entry == nullptr ? std::to_string(getuid()) : std::string(entry->pw_name);
}

std::string evidence_of(const Finding& finding) {
    std::string text = finding.rule + "\n" + finding.summary.key + "\n";
    for (const auto& item : finding.evidence)
        text += item.fact + "=" + item.observed + "\n";
    return text;
}

// Returns what Azure says, or the inventory where Azure knows nothing: a cluster, a pool of a
// balancer.
std::vector<std::string> kin_of(const Target& target) {
    std::vector<std::string> kin;
    for (const auto* tag : {"availability_set", "scale_set", "rdpsweep:spread"}) {
        const auto found = target.tags.find(tag);
        if (found == target.tags.end() || found->second.empty()) continue;
        kin.push_back(std::string(tag) + " " + ascii_lower(found->second));
    }
    return kin;
}

// 0 unless the tag says more; what is no number counts as the most critical.
std::uint32_t criticality_of(const Target& target) {
    const auto tag = target.tags.find("rdpsweep:criticality");
    if (tag == target.tags.end()) return 0;
    std::uint32_t number = 0;
    const auto* end = tag->second.data() + tag->second.size();
    const auto [stop, error] = std::from_chars(tag->second.data(), end, number);
    return error == std::errc{} && stop == end ? number : std::numeric_limits<std::uint32_t>::max();
}

PlanHost describe(const HostResult& host, const Facts& facts) {
    PlanHost out;
    out.id = host.target.id;
    out.name = host.target.name;
    out.address = host.target.address;
    out.vm = host.target.vm;
    if (facts.os) {
        out.machine_guid = facts.os->machine_guid;
        out.build = facts.os->build;
    }
    out.kin = kin_of(host.target);
    out.criticality = criticality_of(host.target);
    for (const auto& attempt : host.attempts) {
        if (!attempt.error) out.seen_by = attempt.transport;
    }
    return out;
}

// Tells whether what is known of a host was read from its disk: it does not run, so that nothing
// can be changed on it.
bool was_read_from_disk(const HostResult& host) {
    return std::any_of(host.attempts.begin(), host.attempts.end(), [](const Attempt& attempt) {
        return !attempt.error && traits_of(attempt.transport).by_disk;
    });
}

class Planner {
public:
    Planner(Plan& plan, const PlanWishes& wishes, std::int64_t now)
        : plan_(plan), wishes_(wishes), now_(now) {}

    void look_at(const HostResult& host) {
        if (host.outcome != Outcome::assessed) return;
        windows_.note(host);
        const bool broken = host.verdict == Verdict::broken;
        if (broken) broken_.push_back(host.target.id);
        const bool asked = asks_for(host.findings, wishes_);
        if (!asked && !broken) return;
        const auto entries = plan_.skipped.size() + plan_.hosts.size();
        if (asked)
            look_closer(host);
        else
            add(host, Facts());
        if (broken && plan_.skipped.size() + plan_.hosts.size() == entries)
            skip(host, "", {"fix.refused.no_finding", {}});
    }

    // Leaves out those that cannot be told from another host of the run. Call it when all were
    // looked at.
    void leave_out_alike() {
        const auto alike = [this](const PlanHost& host) {
            const auto others = windows_.others(host.id, host.machine_guid);
            if (others.empty()) return false;
            plan_.skipped.push_back(
                {host.name, "", {"fix.refused.same_windows", {{"hosts", others}}}, host.id}
            );
            return true;
        };
        std::erase_if(plan_.hosts, alike);
    }

    // Returns the ids of the broken hosts among them.
    [[nodiscard]] const std::vector<std::string>& broken() const noexcept { return broken_; }

private:
    void look_closer(const HostResult& host) {
        if (was_read_from_disk(host)) return skip(host, "", {"fix.refused.from_disk", {}});
        if (host.finished - now_ > most_skew.count())
            return skip(host, "", {"fix.refused.future", {{"time", to_iso8601(host.finished)}}});
        if (now_ - host.finished > wishes_.max_age.count()) {
            const auto minutes = std::to_string((now_ - host.finished) / 60);
            return skip(host, "", {"fix.refused.stale", {{"minutes", minutes}}});
        }
        auto facts = decode_facts(host.facts_json, "store", host.finished);
        if (!facts) return skip(host, "", {"fix.refused.unread", {{"fact", "/"}}});
        if (!facts->os || facts->os->machine_guid.empty())
            return skip(host, "", {"fix.refused.unread", {{"fact", "/os/machine_guid"}}});
        add(host, *facts);
    }

    void skip(const HostResult& host, std::string rule, Message why) {
        plan_.skipped.push_back({host.target.name, std::move(rule), std::move(why), host.target.id}
        );
    }

    void add(const HostResult& host, const Facts& facts) {
        auto plan = plan_host(facts, host.findings, wishes_);
        for (auto& left : plan.left)
            skip(host, std::move(left.rule), std::move(left.why));
        if (plan.steps.empty()) return;
        auto planned = describe(host, facts);
        for (auto& step : plan.steps)
            add_step(planned, std::move(step));
        std::string evidence;
        for (const auto& finding : host.findings) {
            const auto* fix = fix_of(finding.rule);
            if (!contains(planned.rules, finding.rule)) continue;
            planned.risk = std::max(planned.risk, fix->risk);
            planned.stratum += std::string(fix->id) + ":" + finding.summary.key + " ";
            evidence += evidence_of(finding);
        }
        planned.stratum += std::to_string(planned.build);
        planned.evidence_sha256 = sha256_hex(evidence);
        plan_.hosts.push_back(std::move(planned));
    }

    static bool contains(const std::vector<std::string>& rules, const std::string& rule) {
        return std::find(rules.begin(), rules.end(), rule) != rules.end();
    }

    Plan& plan_;
    const PlanWishes& wishes_;
    std::int64_t now_;
    SameWindows windows_;
    std::vector<std::string> broken_;
};

// Orders hosts: the least risky and least critical first, else by chance, so that no batch is one
// resource group.
void put_in_order(std::vector<PlanHost>& hosts, const std::string& seed) {
    std::map<std::string, std::string> chance; // not of views: sorting moves the ids
    for (const auto& host : hosts)
        chance.emplace(host.id, sha256_hex(seed + "\n" + host.id));
    std::stable_sort(hosts.begin(), hosts.end(), [&chance](const PlanHost& a, const PlanHost& b) {
        return std::tie(a.risk, a.criticality, chance.at(a.id)) <
               std::tie(b.risk, b.criticality, chance.at(b.id));
    });
}

} // namespace

Result<Plan>
make_plan(const RunInfo& run, HostReader& hosts, const PlanWishes& wishes, std::int64_t now) {
    auto sound = check_wishes(wishes);
    if (sound) sound = check_clock(run, now);
    if (!sound) return std::move(sound).error();
    Plan plan;
    plan.id = new_run_id(std::chrono::system_clock::from_time_t(now));
    plan.run = run.id;
    plan.created = now;
    plan.expires = now + wishes.life.count();
    plan.created_by = account();
    plan.version = RDPSWEEP_VERSION;
    plan.script_sha256 = sha256_hex(change_script());
    plan.inventory = run.targets;
    plan.choices = wishes.choices;
    plan.made_with = wishes;
    Planner planner(plan, wishes, now);
    auto read = hosts.for_each([&planner](const HostResult& host) { planner.look_at(host); });
    if (!read) return std::move(read).error();
    planner.leave_out_alike();
    auto settled = settle_account(plan, planner.broken());
    if (!settled) return std::move(settled).error();
    put_in_order(plan.hosts, plan.run);
    auto allowed = check_scope(plan, wishes);
    if (!allowed) return std::move(allowed).error();
    std::vector<BatchHost> parts;
    for (const auto& host : plan.hosts)
        parts.push_back({host.stratum, host.kin});
    auto batches = part_into_batches(parts, wishes.batches);
    plan.batches = std::move(batches.all);
    plan.canaries = batches.canaries;
    return plan;
}

} // namespace rdpsweep
