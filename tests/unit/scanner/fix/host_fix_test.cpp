// The fix of one host against a machine that loses connections, refuses, drifts and does not get
// well, with the scanner killed at any moment. Whatever happens: nothing is written that is not in
// the journal, nothing twice, and every host ends as what its stage says.
#include "core/json.hpp"
#include "core/text.hpp"
#include "probes/fix/change_script.hpp"
#include "scanner/fix/host_fix.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <random>

using namespace rdpsweep;
using nlohmann::json;

namespace {

const std::string key =
    R"(SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server)";

// A Windows with two values, and what may go wrong with it.
struct Machine {
    std::map<std::string, std::string> values{
        {"Enabled", "dword:0"}, {"DisabledByDefault", "dword:1"}};
    std::string guid = "guid";
    std::mt19937 random;
    int loses = 0;   // connections, in a hundred scripts: half before, half after it ran
    int reboots = 0; // in a hundred scripts: it is gone for some time, and TermService starts anew
    int gone = 0;    // for so many scripts more
    bool denies = false; // every write of the second value
    bool deaf = false;   // the handshake fails whatever is changed
    int sessions = 0;
    int applied = 0, undone = 0, restarts = 0;

    bool chance(int percent) { return static_cast<int>(random() % 100) < percent; }

    std::uint32_t number(const std::string& name) const {
        return static_cast<std::uint32_t>(std::stoul(values.at(name).substr(6)));
    }

    std::string facts() const {
        const bool works = !deaf && number("Enabled") != 0 && number("DisabledByDefault") == 0;
        const json document{
            {"schema", "facts/1"},
            {"collector", {{"ver", "1"}, {"path", "ps"}, {"lang_mode", "FullLanguage"}}},
            {"os", {{"build", 17763}, {"machine_guid", guid}}},
            {"sec", {{"layer", 2}, {"nla", 1}, {"minenc", 3}, {"policy", json::object()}}},
            {"tls",
             {{"proto",
               {{"TLS 1.2",
                 {{"server",
                   {{"e", number("Enabled")},
                    {"te", 4},
                    {"d", number("DisabledByDefault")},
                    {"td", 4}}}}},
                {"TLS 1.0", {{"server", {{"e", 0}, {"te", 4}}}}},
                {"TLS 1.1", {{"server", {{"e", 0}, {"te", 4}}}}}}}}},
            {"hs",
             json::array(
                 {{{"from", "guest"},
                   {"addr", "127.0.0.1"},
                   {"stage", works ? "done" : "tls"},
                   {"tls", works ? "1.2" : ""},
                   {"errno", works ? "" : "reset"}}}
             )},
            {"sessions", {{"active", sessions}, {"disc", 0}}}};
        return document.dump();
    }

    std::string change(const json& asked);
};

std::string Machine::change(const json& asked) {
    const auto mode = asked.at("mode").get<std::string>();
    const auto changes =
        *changes_from_lines(*base64_decode(asked.at("changes").get<std::string>()));
    std::vector<std::string> found, did(changes.size(), "kept");
    std::vector<std::size_t> work;
    bool drift = false;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const auto& one = changes[i];
        found.push_back(values.at(one.name));
        if (mode == "read") continue;
        const auto& from = mode == "apply" ? one.before : one.after;
        const auto& to = mode == "apply" ? one.after : one.before;
        if (found[i] == to) continue;
        if (found[i] == from)
            work.push_back(i);
        else {
            did[i] = "drift";
            drift = true;
        }
    }
    bool wrote = false;
    for (const auto i : drift ? std::vector<std::size_t>() : work) {
        if (denies && changes[i].name == "DisabledByDefault" && mode == "apply") {
            did[i] = "failed";
            break;
        }
        values[changes[i].name] = mode == "apply" ? changes[i].after : changes[i].before;
        did[i] = "written";
        wrote = true;
    }
    if (wrote) ++(mode == "apply" ? applied : undone);
    if (asked.value("restart", false) && !drift) ++restarts;
    auto rows = json::array();
    for (std::size_t i = 0; i < changes.size(); ++i) {
        rows.push_back(
            {{"found", base64_encode(found[i])},
             {"did", did[i]},
             {"now", base64_encode(values.at(changes[i].name))},
             {"why", base64_encode(did[i] == "failed" ? "Access is denied." : "")}}
        );
    }
    return json{{"schema", "changes/1"}, {"mode", mode}, {"changes", rows}}.dump();
}

Error lost() {
    return {Phase::run, Errc::peer_closed, "the connection was lost"};
}

class FakeSession final : public Session {
public:
    explicit FakeSession(Machine& machine) : machine_(machine) {}

    Task<Result<CommandOutput>>
    run(const Script& script, const ScriptInput& input, HostScope&) override {
        if (machine_.gone > 0) {
            --machine_.gone;
            co_return lost();
        }
        const bool before = machine_.chance(machine_.loses / 2);
        if (before) co_return lost();
        const bool reboots = machine_.chance(machine_.reboots);
        const auto document = script.name() == "change.ps1"
                                  ? machine_.change(json::parse(input.arguments()))
                                  : machine_.facts();
        if (machine_.chance(machine_.loses / 2)) co_return lost();
        if (reboots) {
            machine_.gone = 1 + static_cast<int>(machine_.random() % 3);
            co_return lost();
        }
        char check[16];
        std::snprintf(check, sizeof check, "%08x", static_cast<unsigned>(crc32(document)));
        CommandOutput output;
        output.out = "RDPSWEEP1 " + input.nonce() + " " + std::to_string(document.size()) + " " +
                     check + " " + document + "\n";
        co_return output;
    }

    Task<Status> prove(HostScope&) override { co_return Status(); }

    Task<void> close() noexcept override { co_return; }

private:
    Machine& machine_;
};

PlanHost planned() {
    PlanHost host;
    host.id = host.name = "vm";
    host.machine_guid = "guid";
    host.build = 17763;
    host.fixes = {"tls12"};
    host.rules = {"TLS.PROTO"};
    host.restart = Restart::needed;
    host.changes = {
        {Change::Kind::value, key, "Enabled", "dword:0", "dword:1"},
        {Change::Kind::value, key, "DisabledByDefault", "dword:1", "dword:0"}};
    return host;
}

const Collector& collector() {
    static const auto built_in = built_in_collector(true);
    return built_in;
}

const Script& changer() {
    static const Script script("change.ps1", change_script(), Script::Effect::changes_host);
    return script;
}

// One process: it tries a few times, and may be killed before any script that it would send.
FixStage one_process(
    const std::string& state,
    Machine& machine,
    std::optional<int> killed_after,
    bool& dead,
    VmGuard* guard = nullptr
) {
    auto journal = Journal::open(state, "plan");
    REQUIRE(journal);
    FixServices services{collector(), changer(), *journal, Policy(), nullptr, {}, {}, false};
    services.state_dir = state;
    services.plan_id = "plan";
    services.guard = guard;
    services.snapshots = guard == nullptr ? SnapshotWish::never : SnapshotWish::always;
    const auto host = planned();
    HostFix fix(0, host, services);
    fix.resume(records_of(journal->entries(), 1).front());
    int scripts = 0;
    dead = false;
    const RecordScript record = [&](const Script&) -> Status {
        if (killed_after && scripts++ == *killed_after) {
            dead = true;
            return Error(Phase::run, Errc::cancelled, "killed");
        }
        return {};
    };
    asio::io_context lane;
    asio::co_spawn(
        lane,
        [&]() -> Task<void> {
            for (int tries = 0; tries < 4 && !dead; ++tries) {
                if (is_end(fix.stage())) co_return;
                FakeSession session(machine);
                HostScope scope(lane.get_executor(), Clock::now() + std::chrono::seconds(60));
                Target target;
                target.vm = guard == nullptr ? "" : "/subscriptions/s/vm";
                auto done = co_await fix.run(session, target, scope, record);
                if (done) co_return;
            }
        },
        asio::detached
    );
    lane.run();
    if (!dead && !is_end(fix.stage())) REQUIRE(fix.give_up("the connection was lost"));
    return fix.stage();
}

bool before(const Machine& machine) {
    return machine.values == Machine().values;
}

bool after(const Machine& machine) {
    return machine.number("Enabled") == 1 && machine.number("DisabledByDefault") == 0;
}

// Nothing was written before the backup was on disk.
void check_journal(const std::vector<JournalEntry>& entries, const Machine& machine) {
    bool backed_up = false;
    for (const auto& entry : entries) {
        if (entry.stage == FixStage::backed_up) {
            backed_up = true;
            REQUIRE(entry.changes.size() == 2);
            CHECK(entry.changes[0].before == "dword:0");
            CHECK(entry.changes[1].before == "dword:1");
        }
        if (entry.stage == FixStage::applying) CHECK(backed_up);
    }
    if (machine.applied > 0) CHECK(backed_up);
}

void check_end(FixStage stage, const Machine& machine) {
    INFO(to_string(stage));
    if (stage == FixStage::verified) {
        CHECK(after(machine));
        CHECK(machine.restarts > 0);
        CHECK_FALSE(machine.deaf);
    }
    if (stage == FixStage::rolled_back || stage == FixStage::failed || stage == FixStage::skipped)
        CHECK(before(machine));
    if (stage == FixStage::failed || stage == FixStage::skipped) CHECK(machine.applied == 0);
    CHECK(machine.applied <= 1);
    CHECK(machine.undone <= 1);
    CHECK(stage != FixStage::rollback_failed);
}

} // namespace

TEST_CASE("fix of a host: it is verified, or undone, or left alone", "[fix]") {
    bool dead = false;
    const auto end = [&](const std::function<void(Machine&)>& prepare) {
        const Scratch scratch;
        Machine machine;
        prepare(machine);
        const auto stage = one_process(scratch.path("state"), machine, {}, dead);
        check_end(stage, machine);
        return stage;
    };
    CHECK(end([](Machine&) {}) == FixStage::verified);
    CHECK(end([](Machine& machine) { machine.deaf = true; }) == FixStage::rolled_back);
    CHECK(end([](Machine& machine) { machine.denies = true; }) == FixStage::rolled_back);
    CHECK(end([](Machine& machine) { machine.sessions = 2; }) == FixStage::skipped);
    CHECK(end([](Machine& machine) { machine.loses = 200; }) == FixStage::failed);
    const Scratch scratch;
    Machine other;
    other.guid = "another";
    CHECK(one_process(scratch.path("state"), other, {}, dead) == FixStage::skipped);
    CHECK(other.applied == 0);
}

TEST_CASE(
    "fix of a host: another Windows under the same name is neither gone on with nor undone", "[fix]"
) {
    for (const auto begun : {FixStage::applying, FixStage::applied, FixStage::rolling_back}) {
        INFO(to_string(begun));
        const Scratch scratch;
        {
            auto journal = Journal::open(scratch.path("state"), "plan");
            REQUIRE(journal);
            REQUIRE(journal->append({0, FixStage::backed_up, "", planned().changes, "", 0}));
            REQUIRE(journal->append({0, begun, "", {}, "", 0}));
        }
        Machine machine;
        machine.guid = "made anew";
        machine.values = {{"Enabled", "dword:1"}, {"DisabledByDefault", "dword:0"}};
        bool dead = false;
        const auto stage = one_process(scratch.path("state"), machine, {}, dead);
        CHECK(
            stage ==
            (begun == FixStage::rolling_back ? FixStage::rollback_failed : FixStage::unreachable)
        );
        CHECK(after(machine)); // its own values, as they were
        CHECK(machine.applied + machine.undone + machine.restarts == 0);
    }
}

namespace {

// What Azure would say.
class FakeGuard final : public VmGuard {
public:
    std::string says;    // objects with these words
    bool silent = false; // nobody knows whether it may be touched
    bool copies = true;  // disks can be copied
    std::vector<std::string> names;

    Task<Result<std::string>> objection(const Target&, HostScope&) override {
        if (silent) co_return Error(Phase::inventory, Errc::access_denied, "Azure refused");
        co_return says;
    }

    Task<Result<std::string>>
    snapshot(const Target&, const std::string& name, HostScope&) override {
        names.push_back(name);
        if (!copies) co_return Error(Phase::config, Errc::unsupported, "no copy of the OS disk");
        co_return "/copies/" + name;
    }
};

} // namespace

TEST_CASE(
    "fix of a host: a lock, an unknown state or no copy of the disk leave it alone", "[fix]"
) {
    const auto end = [](FakeGuard& guard) {
        const Scratch scratch;
        Machine machine;
        bool dead = false;
        const auto stage = one_process(scratch.path("state"), machine, {}, dead, &guard);
        if (stage != FixStage::verified) CHECK(machine.applied == 0);
        const auto entries = Journal::read(scratch.path("state"), "plan");
        REQUIRE(entries);
        if (stage == FixStage::verified)
            CHECK(records_of(*entries, 1).front().snapshot == "/copies/" + guard.names.front());
        return stage;
    };
    FakeGuard good, locked, silent, full;
    locked.says = "Azure locks it";
    silent.silent = true;
    full.copies = false;
    CHECK(end(good) == FixStage::verified);
    CHECK(good.names.front().starts_with("rdpsweep-plan-"));
    CHECK(end(locked) == FixStage::skipped);
    CHECK(locked.names.empty());
    CHECK(end(silent) == FixStage::failed);
    CHECK(end(full) == FixStage::failed);
}

TEST_CASE("fix of a host: another plan that is at work on the Windows keeps us off it", "[fix]") {
    const Scratch scratch;
    Machine machine;
    bool dead = false;
    {
        const auto other = HostLock::take(scratch.path("state"), "GUID"); // whatever the case
        REQUIRE(other);
        const auto refused = HostLock::take(scratch.path("state"), "guid");
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code() == Errc::taken);
        CHECK(HostLock::take(scratch.path("state"), "another"));
        CHECK(one_process(scratch.path("state"), machine, {}, dead) == FixStage::skipped);
        CHECK(machine.applied == 0);
    }
    CHECK(HostLock::take(scratch.path("state"), "guid"));
}

TEST_CASE("fix of a host: thousands of bad days", "[fix]") {
    std::mt19937 random(11);
    std::map<FixStage, int> ends;
    for (int day = 0; day < 3'000; ++day) {
        INFO(day);
        const Scratch scratch;
        Machine machine;
        machine.random.seed(random());
        machine.loses = static_cast<int>(random() % 4) * 20;
        machine.reboots = random() % 3 == 0 ? 20 : 0;
        machine.denies = random() % 5 == 0;
        machine.deaf = random() % 5 == 0;
        FixStage stage = FixStage::planned;
        // Killed up to five times; then left in peace, and the network gets better in the end.
        for (int process = 0; process < 12; ++process) {
            bool dead = false;
            const auto killed =
                process < 5 ? std::optional<int>(static_cast<int>(random() % 7)) : std::nullopt;
            if (process > 8) machine.loses = machine.reboots = 0;
            stage = one_process(scratch.path("state"), machine, killed, dead);
            if (!dead && is_end(stage)) break;
        }
        const auto entries = Journal::read(scratch.path("state"), "plan");
        REQUIRE(entries);
        check_journal(*entries, machine);
        CHECK(is_end(stage));
        check_end(stage, machine);
        ++ends[stage];
    }
    CHECK(ends[FixStage::verified] > 500);
    CHECK(ends[FixStage::rolled_back] > 300);
    CHECK(ends[FixStage::failed] > 10);
}

TEST_CASE("journal: one process has it, a torn line is passed over", "[fix]") {
    const Scratch scratch;
    {
        auto journal = Journal::open(scratch.path("state"), "plan");
        REQUIRE(journal);
        const auto second = Journal::open(scratch.path("state"), "plan");
        REQUIRE_FALSE(second);
        CHECK(second.error().code() == Errc::taken);
        REQUIRE(journal->append({3, FixStage::backed_up, "", planned().changes, "", 0}));
        REQUIRE(journal->append({3, FixStage::applying, "", {}, "", 0}));
    }
    const auto path = scratch.path("state") + "/plans/plan/journal.jsonl";
    std::ofstream(path, std::ios::app) << R"({"at":"2026-11-25T21:00:00Z","ho)";
    auto again = Journal::open(scratch.path("state"), "plan");
    REQUIRE(again);
    REQUIRE(again->entries().size() == 2);
    CHECK(again->entries()[0].changes == planned().changes);
    REQUIRE(again->append({3, FixStage::applied, "", {}, "", 0}));
    const auto entries = Journal::read(scratch.path("state"), "plan");
    REQUIRE(entries);
    CHECK(entries->back().stage == FixStage::applied);
    CHECK(entries->size() == 3);
}
