// What is asked of somebody who applies a plan, before a host is reached, and what its status says.
#include "core/text.hpp"
#include "probes/fix/change_script.hpp"
#include "scanner/fix/approval.hpp"
#include "scanner/fix/journal_key.hpp"
#include "scanner/fix/plan_file.hpp"
#include "scanner/fix/status_text.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/verbs/verbs.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"
#include "tests/unit/scanner/verbs/run_verb.hpp"

#include <nlohmann/json.hpp>

#include <ctime>
#include <sys/stat.h>
#include <unistd.h>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

// RFC 8410 section 10.3 and 10.1: a private key, and the public key that belongs to it.
constexpr auto private_key = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
)";
// RFC 8032 section 7.1, test 1.
const std::string ben = "ben MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n";
const std::string anna = "anna MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n";

// A plan for one host, of the fix's own risk.
Plan plan_of(std::string_view id) {
    const auto& fix = *find_fix(id);
    Plan plan;
    plan.id = "20261130T010203Z-abcd";
    plan.run = "20261130T010000Z-9f9f";
    plan.created = std::time(nullptr);
    plan.expires = plan.created + 3600;
    plan.version = "0.1.0";
    plan.script_sha256 = sha256_hex(change_script());
    plan.hosts.resize(1);
    plan.hosts[0].id = plan.hosts[0].name = "web-01";
    plan.hosts[0].machine_guid = "guid";
    plan.hosts[0].fixes = {std::string(id)};
    plan.hosts[0].risk = fix.risk;
    plan.hosts[0].restart = fix.restart;
    plan.hosts[0].changes = {{Change::Kind::value, "K", "Enabled", "dword:0", "dword:1"}};
    plan.batches = {{0}};
    return plan;
}

struct Desk {
    explicit Desk(const Plan& plan) {
        options.state_dir = scratch.path("state");
        options.plan = scratch.path("plan.json");
        options.confirm = phrase_of(plan);
        std::filesystem::create_directories(options.state_dir);
        REQUIRE(write_plan(options.plan, plan));
        key = journal_key(plan);
        begin();
    }

    // The journal names the plan: it was believed when it was begun here.
    void begin() const {
        auto journal = Journal::open(options.state_dir, key);
        REQUIRE(journal);
        JournalEntry looked;
        looked.host = no_host;
        looked.of_plan = PlanWord{{}, {{"control", true}}};
        REQUIRE(journal->append(std::move(looked)));
    }

    Said order(int (*verb)(const FixOrderOptions&)) {
        FixOrderOptions asked;
        asked.state_dir = options.state_dir;
        asked.plan = options.plan;
        return run_verb([&] { return verb(asked); });
    }

    [[nodiscard]] std::string journal() const {
        return options.state_dir + "/plans/20261130T010203Z-abcd/journal.jsonl";
    }

    Said apply() {
        return run_verb([this] { return run_fix_apply(options); });
    }

    Said status(bool json, bool with_changes) {
        FixStatusOptions asked;
        asked.state_dir = options.state_dir;
        asked.plan = options.plan;
        asked.json = json;
        asked.with_changes = with_changes;
        return run_verb([&asked] { return run_fix_status(asked); });
    }

    Scratch scratch;
    FixApplyOptions options;
    JournalKey key;
};

bool as_root() {
    return geteuid() == 0;
}

// Where nothing is said against it, the next thing is the run it was made from, which is not there.
bool was_let_through(const Said& said) {
    return said.status == exit_usage &&
           said.err.find("that the plan was made from is not in") != std::string::npos;
}

} // namespace

TEST_CASE("fix apply: whoever is not root cannot keep a list of approvers from himself", "[fix]") {
    if (as_root()) return;
    Desk desk(plan_of("tls12"));
    const auto list = desk.scratch.file("state/approvers", anna);
    CHECK_THAT(
        desk.apply().err, Catch::Contains("the list of approvers " + list + " proves nothing")
    );
}

TEST_CASE("fix apply: the list of approvers in the state directory holds by itself", "[fix]") {
    if (!as_root()) return;
    Desk desk(plan_of("tls12")); // of medium risk
    CHECK(was_let_through(desk.apply()));
    const auto list = desk.scratch.file("state/approvers", anna);
    const auto refused = desk.apply();
    CHECK(refused.status == exit_usage);
    CHECK_FALSE(was_let_through(refused));
    CHECK_THAT(refused.err, Catch::Contains("takes the approval of 1 of those in " + list));
    CHECK_THAT(refused.err, Catch::Contains("given: none"));
    const auto signature = sign_plan(*read_plan_file(desk.options.plan), private_key);
    REQUIRE(signature);
    desk.options.approvals = {desk.scratch.file("sig", *signature)};
    CHECK(was_let_through(desk.apply()));
    desk.options.approvals = {desk.scratch.file("other", std::string(64, 'x'))};
    CHECK_FALSE(was_let_through(desk.apply()));
    // A list that cannot be read approves of nothing.
    (void)desk.scratch.file("state/approvers", "anna\n");
    CHECK_THAT(desk.apply().err, Catch::Contains("line 1 of the approvers"));
}

TEST_CASE("fix apply: a list that was named has to be there", "[fix]") {
    if (!as_root()) return;
    Desk desk(plan_of("tls12"));
    desk.options.approvers = desk.scratch.path("none");
    CHECK_THAT(desk.apply().err, Catch::Contains("cannot read " + desk.options.approvers));
    // It does not replace the one that stands: neither what is wrong with that, nor its people.
    (void)desk.scratch.file("state/approvers", "nonsense");
    desk.options.approvers = desk.scratch.file("list", anna);
    CHECK_THAT(desk.apply().err, Catch::Contains("line 1 of the approvers"));
    const auto standing = desk.scratch.file("state/approvers", ben);
    const auto signature = sign_plan(*read_plan_file(desk.options.plan), private_key);
    desk.options.approvals = {desk.scratch.file("sig", *signature)}; // anna's
    const auto said = desk.apply();
    CHECK(said.status == exit_usage);
    CHECK_THAT(
        said.err,
        Catch::Contains(
            "takes the approval of 1 of those in " + standing + " and " + desk.options.approvers +
            ", and of one in " + standing + " at least; given: anna"
        )
    );
}

TEST_CASE("fix apply: a list of approvers that others can change proves nothing", "[fix]") {
    if (!as_root()) return; // as anybody else the state directory itself is not kept from us
    Desk desk(plan_of("tls12"));
    const auto signature = sign_plan(*read_plan_file(desk.options.plan), private_key);
    desk.options.approvals = {desk.scratch.file("sig", *signature)};
    const auto list = desk.scratch.file("state/approvers", anna, 0644);
    CHECK(was_let_through(desk.apply()));
    ::chmod(list.c_str(), 0666);
    const auto said = desk.apply();
    CHECK(said.status == exit_usage);
    CHECK_THAT(
        said.err,
        Catch::Contains("the list of approvers " + list + " proves nothing") &&
            Catch::Contains("chown root:root " + list + " && chmod go-w " + list)
    );
    // Where nobody has to approve it keeps nobody.
    Desk low(plan_of("key-acl"));
    (void)low.scratch.file("state/approvers", anna, 0666);
    CHECK(was_let_through(low.apply()));
}

TEST_CASE("fix apply: a plan that no journal names is held against its run", "[fix]") {
    Desk desk(plan_of("key-acl"));
    std::filesystem::remove(desk.journal());
    const auto said = desk.apply();
    CHECK(said.status == exit_usage);
    CHECK(
        said.err ==
        "rdpsweep: the run 20261130T010000Z-9f9f that the plan was made from is not in " +
            desk.options.state_dir +
            "/runs (config)\n  next: use the plan where it was made, or say --state; or "
            "scan from here and make a new one: rdpsweep fix plan last\n"
    );
    // And nothing was written down in its name.
    CHECK(Scratch::read(desk.journal()).empty());
}

TEST_CASE("fix apply: as many approve as the risk asks for", "[fix]") {
    if (!as_root()) return;
    for (const auto& [fix, needed] :
         {std::pair{"key-acl", 0}, std::pair{"nla", 1}, std::pair{"port", 2}}) {
        INFO(fix);
        Desk desk(plan_of(fix));
        (void)desk.scratch.file("state/approvers", anna);
        CHECK(was_let_through(desk.apply()) == (needed == 0));
        const auto signature = sign_plan(*read_plan_file(desk.options.plan), private_key);
        desk.options.approvals = {desk.scratch.file("sig", *signature)};
        const auto said = desk.apply();
        CHECK(was_let_through(said) == (needed <= 1));
        if (needed == 2)
            CHECK_THAT(
                said.err,
                Catch::Contains("takes the approval of 2") && Catch::Contains("given: anna")
            );
    }
}

TEST_CASE("fix apply: the phrase, the end of its life, and a begun plan", "[fix]") {
    auto plan = plan_of("key-acl");
    Desk desk(plan);
    desk.options.confirm = "1:abce";
    CHECK_THAT(desk.apply().err, Catch::Contains("--confirm 1:abcd"));
    plan.expires = std::time(nullptr) - 5;
    Desk late(plan);
    CHECK_THAT(late.apply().err, Catch::Contains("the plan has expired"));
    plan = plan_of("key-acl");
    plan.script_sha256 = sha256_hex("another");
    Desk other(plan);
    CHECK_THAT(other.apply().err, Catch::Contains("by another script"));
}

TEST_CASE("fix status: both ways, for people and for programs", "[fix]") {
    Desk desk(plan_of("tls12"));
    const auto changes = plan_of("tls12").hosts[0].changes;
    CHECK(desk.status(false, false).out == "web-01  planned\n");
    CHECK(
        desk.status(false, true).out ==
        "web-01  planned\nTo undo all of it: rdpsweep fix rollback PLAN --confirm 1:abcd\n"
    );
    const auto append = [&](JournalEntry entry) {
        auto journal = Journal::open(desk.options.state_dir, desk.key);
        REQUIRE(journal);
        REQUIRE(journal->append(std::move(entry)));
    };
    append({0, FixStage::backed_up, "", changes, "/copies/x", 0});
    append({0, FixStage::verified, "", {}, "", 0});
    const std::string line = R"(    registry:HKLM\K\Enabled: dword:0 -> )";
    const std::string rest = "    copy of its disk: /copies/x\n"
                             "To undo all of it: rdpsweep fix rollback PLAN --confirm 1:abcd\n";
    CHECK(desk.status(false, false).out == "web-01  verified\n");
    CHECK(desk.status(false, true).out == "web-01  verified\n" + line + "dword:1\n" + rest);
    append({0, FixStage::rolling_back, "asked for", {}, "", 0});
    append({0, FixStage::rolled_back, "asked for", {}, "", 0});
    CHECK(desk.status(false, false).out == "web-01  rolled_back  asked for\n");
    // What was put back is what stands there now.
    CHECK(
        desk.status(false, true).out ==
        "web-01  rolled_back  asked for\n" + line + "dword:0\n" + rest
    );
    const auto document = nlohmann::json::parse(desk.status(true, false).out);
    const auto& host = document.at("hosts").at(0);
    CHECK(host.at("stage") == "rolled_back");
    CHECK(host.at("why") == "asked for");
    CHECK(host.at("changes").at(0).at("before") == "dword:0");
    CHECK(host.at("changes").at(0).at("after") == "dword:1");
    CHECK(host.at("changes").at(0).at("place") == "K");
    CHECK(host.at("changes").at(0).at("name") == "Enabled");
    CHECK(host.at("changes").at(0).at("kind") == "value");
    CHECK(host.at("fixes") == nlohmann::json{"tls12"});
    CHECK(host.at("snapshot") == "/copies/x");
    CHECK(document.at("plan") == "20261130T010203Z-abcd");
    CHECK(document.at("run") == "20261130T010000Z-9f9f");
}

TEST_CASE("fix abort: while nothing is under way it is seen by the next that goes on", "[fix]") {
    Desk desk(plan_of("key-acl"));
    desk.options.resume = true;
    CHECK(desk.order(run_fix_pause).status == exit_ok);
    CHECK(was_let_through(desk.apply())); // to continue is to have seen it
    CHECK(desk.order(run_fix_abort).status == exit_ok);
    for (int tries = 0; tries < 2; ++tries) {
        const auto refused = desk.apply();
        CHECK(refused.status == exit_usage);
        CHECK_THAT(refused.err, Catch::Contains("go on with --acknowledge abort"));
    }
    desk.options.acknowledge = "abort";
    CHECK(was_let_through(desk.apply()));
    desk.options.acknowledge.clear();
    CHECK(was_let_through(desk.apply())); // once is enough
    // The guards count from there on.
    CHECK_THAT(
        Scratch::read(desk.journal()), Catch::Contains(R"("of_plan":{"acknowledged":"abort"})")
    );
}

TEST_CASE("fix rollback, apply, status: a damaged journal is no empty one", "[fix]") {
    Desk desk(plan_of("tls12"));
    const auto changes = plan_of("tls12").hosts[0].changes;
    {
        auto journal = Journal::open(desk.options.state_dir, desk.key);
        REQUIRE(journal);
        REQUIRE(journal->append({.host = 0, .stage = FixStage::backed_up, .changes = changes}));
        REQUIRE(journal->append({.host = 0, .stage = FixStage::verified}));
    }
    auto text = Scratch::read(desk.journal());
    text[text.find("backed_up")] = 'x';
    (void)desk.scratch.file("state/plans/20261130T010203Z-abcd/journal.jsonl", text);
    desk.options.resume = true;
    const auto damage = Catch::Contains("is damaged: line 3 does not follow");
    const auto undone = run_verb([&] { return run_fix_rollback(desk.options); });
    CHECK(undone.status == exit_usage);
    CHECK_THAT(undone.err, damage);
    CHECK(desk.apply().status == exit_usage);
    CHECK_THAT(desk.apply().err, damage);
    CHECK(desk.status(false, false).status == exit_failed);
    CHECK_THAT(desk.status(false, false).err, damage);
}
