// Reads a plan from its JSON, and refuses what cannot be one.
#include "core/json.hpp"
#include "core/json_members.hpp"
#include "core/text.hpp"
#include "scanner/fix/account.hpp"
#include "scanner/fix/plan_document.hpp"
#include "scanner/fix/plan_step.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace rdpsweep {

namespace {

using nlohmann::json;

Error no_plan(std::string what) {
    return Error(Phase::config, Errc::malformed_output, "not a plan: " + std::move(what))
        .with_hint("make a new one with `rdpsweep fix plan`");
}

template <class Name, std::size_t count>
Name named(const std::array<Name, count>& all, const std::string& text, std::string& problem) {
    for (const auto name : all) {
        if (to_string(name) == text) return name;
    }
    if (problem.empty()) problem = "no such word: " + printable(text, 40);
    return all.front();
}

Change read_change(const Members& in, std::string& problem) {
    return {
        named(all_change_kinds, in.text("kind"), problem),
        in.text("place"),
        in.text("name"),
        in.text("before"),
        in.text("after")};
}

PlanHost read_host(const Members& in, std::string& problem) {
    constexpr std::array risks{Risk::low, Risk::medium, Risk::high};
    constexpr std::array restarts{Restart::none, Restart::if_still_failing, Restart::needed};
    PlanHost host;
    host.id = in.text("id");
    host.name = in.text("name");
    host.address = in.text("address");
    host.vm = in.text("vm");
    host.machine_guid = in.text("machine_guid");
    host.build = in.number<std::uint32_t>("build");
    host.seen_by = in.text("seen_by");
    host.fixes = in.texts("fixes");
    host.rules = in.texts("rules");
    host.kin = in.texts("kin");
    host.criticality = in.number<std::uint32_t>("criticality");
    host.stratum = in.text("stratum");
    host.evidence_sha256 = in.text("evidence_sha256");
    host.risk = named(risks, in.text("risk"), problem);
    host.restart = named(restarts, in.text("restart"), problem);
    in.each("changes", [&](const Members& change) {
        host.changes.push_back(read_change(change, problem));
    });
    in.each("steps", [&](const Members& step) {
        host.steps.push_back(
            {step.number<std::size_t>("fixes"),
             step.number<std::size_t>("rules"),
             step.number<std::size_t>("changes")}
        );
    });
    return host;
}

// Tells whether a plan's risk is that of its fixes. Anybody can write a risk and make a digest:
// what guards go by (approvals, copies of disks, people who are logged on) has to be what the fixes
// themselves say.
bool as_its_fixes(const PlanHost& host) {
    auto risk = Risk::low;
    auto restart = Restart::none;
    for (const auto& id : host.fixes) {
        const auto* fix = find_fix(id);
        if (fix == nullptr) return false;
        risk = std::max(risk, fix->risk);
        restart = std::max(restart, fix->restart);
    }
    return !host.fixes.empty() && risk == host.risk && restart == host.restart;
}

// Returns whether every host is in exactly one batch.
bool whole(const Plan& plan) {
    std::vector<int> seen(plan.hosts.size(), 0);
    for (const auto& batch : plan.batches) {
        for (const auto at : batch) {
            if (at >= seen.size() || seen[at]++ != 0) return false;
        }
    }
    for (const auto count : seen) {
        if (count != 1) return false;
    }
    return true;
}

// Reads what a plan says of itself.
Plan read_members(const Members& in) {
    Plan plan;
    plan.id = in.text("id");
    plan.run = in.text("run");
    plan.created = in.time("created");
    plan.expires = in.time("expires");
    plan.created_by = in.text("created_by");
    plan.version = in.text("version");
    plan.script_sha256 = in.text("script_sha256");
    plan.inventory = in.number<std::size_t>("inventory");
    plan.canaries = in.number<std::size_t>("canaries");
    plan.choices.stop_services = in.texts("stop_services");
    plan.choices.move_rdp = in.number<std::uint16_t>("move_rdp");
    plan.choices.open_nsg = in.number<std::uint16_t>("open_nsg");
    return plan;
}

// Reads a plan's hosts, and what was left out of it.
void read_lists(const Members& in, std::string& problem, Plan& plan) {
    in.each("hosts", [&](const Members& host) { plan.hosts.push_back(read_host(host, problem)); });
    in.each("skipped", [&](const Members& skip) {
        plan.skipped.push_back(
            {skip.text("name"),
             skip.text("rule"),
             {skip.text("key"), skip.texts_by_name("arguments")},
             skip.text("id")}
        );
    });
    if (in.find("account")) {
        const auto account = in.inside("account");
        plan.account = {
            account.number<std::size_t>("broken"),
            account.number<std::size_t>("planned"),
            account.number<std::size_t>("left_out"),
            account.number<std::size_t>("no_fix")};
    }
}

// Reads what its author asked for; the choices stand beside it.
void read_wishes(const Members& in, std::string& problem, Plan& plan) {
    if (!in.find("made_with")) return;
    const auto with = in.inside("made_with");
    PlanWishes wishes;
    wishes.fixes = with.texts("fixes");
    wishes.choices = plan.choices;
    wishes.max_age = std::chrono::seconds(with.number<std::int64_t>("max_age"));
    wishes.life = std::chrono::seconds(with.number<std::int64_t>("life"));
    wishes.max_targets = with.number<std::size_t>("max_targets");
    wishes.max_percent = with.number<std::size_t>("max_percent");
    auto batches = parse_batches(with.text("batches"));
    if (batches)
        wishes.batches = *std::move(batches);
    else if (problem.empty())
        problem = "/made_with/batches is no schedule";
    plan.made_with = std::move(wishes);
}

// Returns what in a plan cannot be, though it reads; empty when nothing is wrong.
std::string contradiction(const Plan& plan) {
    // The id names a folder.
    constexpr auto of_ids = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";
    if (plan.id.empty() || plan.id.find_first_not_of(of_ids) != std::string::npos)
        return "its id is none";
    if (!std::all_of(plan.hosts.begin(), plan.hosts.end(), as_its_fixes))
        return "its risk or restarts are not those of its fixes in this version";
    if (!std::all_of(plan.hosts.begin(), plan.hosts.end(), steps_add_up))
        return "its steps do not hold each change once";
    if (plan.account && !is_balanced(*plan.account, plan))
        return "its broken hosts do not add up: " + words_of(*plan.account);
    if (!whole(plan)) return "a host stands in no batch, or in two";
    return {};
}

} // namespace

Result<json> parse_plan(std::string_view text) {
    return parse_json(text, Phase::config, plan_limits);
}

Result<Plan> read_plan(std::string_view text) {
    auto document = parse_plan(text);
    if (!document) return no_plan(std::string(document.error().detail()));
    if (!document->is_object()) return no_plan("no object");
    if (document->value("schema", json()) != plan_schema) return no_plan("of another kind");
    const auto digest = document->value("digest", json());
    document->erase("digest");
    // Over the text as it is: members that we do not know are covered as well.
    if (!digest.is_string() || digest.get<std::string>() != sha256_hex(dump_json(*document)))
        return no_plan("it was changed after it was made");
    const auto read = JsonDocument::read(std::string(text), Phase::config, plan_limits);
    if (!read) return no_plan(std::string(read.error().detail()));
    std::string problem;
    const Members in(read->root(), "", problem);
    auto plan = read_members(in);
    read_lists(in, problem, plan);
    read_wishes(in, problem, plan);
    try {
        plan.batches = document->at("batches").get<std::vector<std::vector<std::size_t>>>();
    } catch (const json::exception&) {
        return no_plan("its batches are no lists of numbers");
    }
    if (problem.empty()) problem = contradiction(plan);
    if (!problem.empty()) return no_plan(problem);
    return plan;
}

} // namespace rdpsweep
