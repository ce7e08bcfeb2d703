// The scenes, and what happens in them on a good day.
#include "tests/unit/scanner/fix/fix_scene.hpp"

#include "probes/collect/decode.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep::test {

namespace {

using nlohmann::json;
using Did = ChangeResult::Did;

constexpr std::int64_t now = 1'795'000'000;

json tls_of(const Seen& seen) {
    const json off = {{"server", {{"e", 0}, {"te", 4}}}};
    const json newest = {
        {"server", {{"e", seen.enabled}, {"te", 4}, {"d", seen.disabled_by_default}, {"td", 4}}}};
    return {{"proto", {{"TLS 1.0", off}, {"TLS 1.1", off}, {"TLS 1.2", newest}}}};
}

json handshakes_of(const Seen& seen) {
    auto made = json::array();
    if (seen.handshake.empty()) return made;
    const bool whole = seen.handshake == "done";
    made.push_back(
        {{"from", "guest"},
         {"addr", "127.0.0.1"},
         {"stage", seen.handshake},
         {"tls", whole ? "1.2" : ""},
         {"errno", whole ? "" : "reset"}}
    );
    return made;
}

json stopped_service() {
    auto services = json::array();
    services.push_back(
        {{"n", "TermService"}, {"start", 3}, {"state", 1}, {"pid", 0}, {"acct_sid", "S-1-5-20"}}
    );
    return services;
}

// One result a change: its states as the change has them, found and now.
std::vector<ChangeResult>
results(std::string Change::*found, Did did, std::string Change::*now_is) {
    std::vector<ChangeResult> all;
    for (const auto& change : planned_host().changes)
        all.push_back({change.*found, did, change.*now_is, ""});
    return all;
}

} // namespace

JournalKey plan_key() {
    return {"plan", "d19e57"};
}

PlanHost planned_host() {
    const std::string key =
        R"(SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server)";
    PlanHost host;
    host.id = host.name = "vm";
    host.machine_guid = "guid";
    host.build = 17763;
    host.fixes = {"tls12"};
    host.rules = {"TLS.PROTO"};
    host.changes = {
        {Change::Kind::value, key, "Enabled", "dword:0", "dword:1"},
        {Change::Kind::value, key, "DisabledByDefault", "dword:1", "dword:0"}};
    return host;
}

PlanHost host_in_steps() {
    auto host = planned_host();
    host.fixes.emplace_back("nla");
    host.rules.emplace_back("SEC.LAYER");
    host.changes.push_back(
        {Change::Kind::value,
         R"(SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp)",
         "SecurityLayer",
         "dword:0",
         "dword:2"}
    );
    host.steps = {{1, 1, 2}, {1, 1, 1}};
    return host;
}

std::string facts_text(const Seen& seen) {
    json document{
        {"schema", "facts/1"},
        {"collector", {{"ver", "1"}, {"path", "ps"}, {"lang_mode", "FullLanguage"}}},
        {"os", {{"build", 17763}, {"product_type", 3}, {"machine_guid", seen.guid}}},
        {"sec", {{"layer", seen.layer}, {"nla", 1}, {"minenc", 3}, {"policy", json::object()}}},
        {"tls", tls_of(seen)},
        {"hs", handshakes_of(seen)},
        {"sessions", {{"active", seen.people.value_or(0)}, {"disc", 0}}}};
    if (!seen.people) document.erase("sessions");
    if (seen.stopped) document["svc"] = stopped_service();
    return document.dump();
}

HostLook look_at(const Seen& seen) {
    auto facts = decode_facts(facts_text(seen), "fix", now);
    REQUIRE(facts);
    HostLook look;
    look.facts = *std::move(facts);
    look.judgement = judge(look.facts, Policy(), now);
    return look;
}

Seen cured() {
    Seen seen;
    seen.enabled = 1;
    seen.disabled_by_default = 0;
    seen.handshake = "done";
    return seen;
}

std::vector<ChangeResult> results_of(const std::vector<Change>& changes, ChangeMode mode) {
    std::vector<ChangeResult> all;
    for (const auto& change : changes) {
        const bool undoes = mode == ChangeMode::undo;
        const auto& found = undoes ? change.after : change.before;
        const auto& made = mode == ChangeMode::apply ? change.after : change.before;
        all.push_back({found, mode == ChangeMode::read ? Did::kept : Did::written, made, ""});
    }
    return all;
}

std::vector<ChangeResult> all_before() {
    return results(&Change::before, Did::kept, &Change::before);
}

std::vector<ChangeResult> all_after() {
    return results(&Change::after, Did::kept, &Change::after);
}

std::vector<ChangeResult> half_way() {
    auto all = all_before();
    all.front() = all_after().front();
    return all;
}

std::vector<ChangeResult> all_written() {
    return results(&Change::before, Did::written, &Change::after);
}

std::vector<ChangeResult> one_denied() {
    auto all = all_written();
    all.back() = all_before().back();
    all.back().did = Did::failed;
    all.back().why = "Access is denied.";
    return all;
}

std::vector<ChangeResult> all_drifted() {
    auto all = all_before();
    for (auto& one : all) {
        one.found = one.now = "dword:7";
        one.did = Did::drift;
    }
    return all;
}

std::vector<ChangeResult> all_undone() {
    return results(&Change::after, Did::written, &Change::before);
}

Scene scene() {
    Scene scene;
    scene.host = planned_host();
    scene.terms.guarded = scene.terms.outside = scene.terms.soaks = true;
    scene.terms.snapshots = SnapshotWish::always;
    return scene;
}

Scene begun(FixStage stage, std::string why) {
    auto made = scene();
    made.record.stage = stage;
    made.record.why = std::move(why);
    made.record.undoing = stage == FixStage::rolling_back;
    made.record.backup = made.host.changes;
    made.record.sent = stage == FixStage::backed_up ? 0 : 1;
    return made;
}

Scene reluctant() {
    auto made = scene();
    made.host.restart = Restart::if_still_failing;
    made.helps = false;
    return made;
}

Scene in_steps() {
    auto made = scene();
    made.host = host_in_steps();
    return made;
}

Scene begun_in_steps(FixStage stage) {
    auto made = in_steps();
    made.record.stage = stage;
    made.record.undoing = stage == FixStage::rolling_back;
    made.record.backup = made.host.changes;
    made.record.step = 1;
    made.record.sent = stage == FixStage::backed_up ? 1 : 2;
    made.record.earlier = 2;
    return made;
}

FixAction Bench::take(FixEvent event) {
    auto action = fsm.resume(std::move(event));
    if (const auto* change = std::get_if<fix_action::RunChange>(&action)) {
        asked = *change;
        if (change->mode == ChangeMode::apply) ++applied;
    }
    return action;
}

namespace {

// Returns what a look finds where all before it went well: in a host with two steps the first
// script cures one of its faults.
Seen seen_after(const Bench& bench) {
    auto seen = cured();
    const bool half =
        bench.scene.host.steps.size() > 1 && bench.scene.record.backup.empty() && bench.applied < 2;
    if (!half) return seen;
    seen.layer = 0;
    seen.handshake = "tls";
    return seen;
}

Seen seen_before(const Bench& bench) {
    Seen seen;
    if (bench.scene.host.steps.size() > 1) seen.layer = 0;
    return seen;
}

} // namespace

Bench::Bench(Scene given) : scene(std::move(given)), fsm(4, scene.host, scene.choices) {
    fsm.recall(scene.record);
    if (scene.undo) fsm.undo_instead();
}

FixEvent good_event(const Bench& bench) {
    switch (bench.fsm.step()) {
    case FixStep::idle:
        return bench.scene.terms;
    case FixStep::locking:
        return fix_event::LockHeld{};
    case FixStep::making_sure:
    case FixStep::looking_before:
        return fix_event::Looked{look_at(seen_before(bench))};
    case FixStep::looking_after:
        if (bench.scene.sees_after) return fix_event::Looked{*bench.scene.sees_after};
        return fix_event::Looked{look_at(bench.scene.helps ? seen_after(bench) : Seen())};
    case FixStep::looking_restarted:
    case FixStep::looking_soaked:
        return fix_event::Looked{look_at(seen_after(bench))};
    case FixStep::asking_guard:
        return fix_event::GuardAnswered{std::string()};
    case FixStep::copying_disk:
        return fix_event::DiskCopied{std::string("/copies/1")};
    case FixStep::reading_before:
    case FixStep::finding_out:
    case FixStep::applying:
    case FixStep::restarting:
    case FixStep::undoing:
        return fix_event::Changed{results_of(bench.asked.changes, bench.asked.mode)};
    case FixStep::asking_before:
        return fix_event::OutsideAnswered{OutsideAnswer::failed};
    case FixStep::asking_after:
    case FixStep::asking_restarted:
    case FixStep::asking_soaked:
        return fix_event::OutsideAnswered{OutsideAnswer::whole};
    case FixStep::soaking:
        return fix_event::Soaked{};
    default:
        return fix_event::Written{};
    }
}

std::unique_ptr<Bench> bench_at(FixStep step, Scene scene) {
    auto bench = std::make_unique<Bench>(std::move(scene));
    for (int events = 0; bench->fsm.step() != step; ++events) {
        REQUIRE(events < 40);
        bench->take(good_event(*bench));
    }
    return bench;
}

Scene scene_of(FixStep step) {
    auto sick = scene();
    sick.helps = false;
    switch (step) {
    case FixStep::making_sure:
    case FixStep::finding_out:
        return begun(FixStage::applying);
    case FixStep::writing_restart:
    case FixStep::restarting:
    case FixStep::looking_restarted:
    case FixStep::asking_restarted:
        return reluctant();
    case FixStep::writing_undo:
    case FixStep::undoing:
        return sick;
    default:
        return scene();
    }
}

Error lost() {
    return {Phase::run, Errc::peer_closed, "the connection was lost"};
}

std::vector<FixEvent> one_of_each() {
    return {
        fix_event::Begin(),
        fix_event::GiveUp{"gone"},
        fix_event::LockHeld(),
        fix_event::LockTaken{lost()},
        fix_event::Looked{look_at(cured())},
        fix_event::GuardAnswered{std::string()},
        fix_event::DiskCopied{std::string("/copies/1")},
        fix_event::Changed{all_written()},
        fix_event::OutsideAnswered{OutsideAnswer::whole},
        fix_event::Soaked(),
        fix_event::Written(),
        fix_event::NotWritten{lost()},
        fix_event::Lost{lost()}};
}

} // namespace rdpsweep::test
