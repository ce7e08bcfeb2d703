// What a run takes over from a stored one, whoever stored it.
#include "scanner/cli/command_line.hpp"
#include "scanner/cli/names.hpp"
#include "scanner/options/scan_options_json.hpp"
#include "scanner/run/recall.hpp"
#include "scanner/verbs/table.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

using namespace rdpsweep;

namespace {

using Words = std::vector<std::string>;

const Words begun_with{
    "scan",
    "-t",
    "a,b",
    "--jobs",
    "7",
    "--select",
    "a*",
    "--no-handshake",
    "--report",
    "json:/begun/first.json",
    "--ca-file",
    "ca.pem",
    "--retries",
    "3",
    "--name",
    "nightly"};

ScanOptions parsed(const Words& args) {
    const auto line = parse_command_line(args, all_verbs(), cli_names());
    REQUIRE_FALSE(line.exit);
    return line.given<ScanOptions>();
}

// A stored run, with those args and options; empty options: as the versions before stored it.
std::string store(const Scratch& folder, const Words& args, const std::string& options) {
    RunInfo run;
    run.id = "20260101T000000Z-a";
    run.version = "test";
    run.args = args;
    run.targets = 2;
    auto made = RunStore::create(
        folder.path("state"), run, [](const Message& message) { return message.key; }, options
    );
    REQUIRE(made);
    for (std::size_t index = 0; index < 2; ++index) {
        HostResult host;
        host.index = index;
        host.target.id = host.target.name = index == 0 ? "a" : "b";
        host.outcome = index == 0 ? Outcome::assessed : Outcome::refused;
        host.verdict = Verdict::ok;
        REQUIRE((*made)->finished(host));
    }
    return run.id;
}

ScanOptions asked(const Scratch& folder) {
    ScanOptions options;
    options.state_dir = folder.path("state");
    options.talk.quiet = true;
    return options;
}

} // namespace

TEST_CASE(
    "recall: a run is gone on with as it was begun, though an option has a new name", "[run]"
) {
    const Scratch folder;
    const auto begun = parsed(begun_with);
    const Words args{"scan", "--option-of-old", "7"};
    const auto id = store(folder, args, to_json_text(begun));

    auto options = asked(folder);
    options.resume = "last";
    auto expected = begun;
    expected.state_dir = options.state_dir;
    expected.talk = options.talk;
    auto again = expected;
    SECTION("--resume, with its reports") {
        expected.resume = "last";
        auto recalled = recall_options(options);
        REQUIRE(recalled);
        CHECK(to_json_text(*recalled) == to_json_text(expected));
        CHECK(recalled->args == args);
        CHECK(
            told_of_reports(options, *recalled) ==
            "rdpsweep: reports written anew: json in /begun/first.json\n"
        );
    }
    SECTION("--resume, with other reports") {
        options.reports = {{"text", "-"}};
        expected.resume = "last";
        expected.reports = options.reports;
        auto recalled = recall_options(options);
        REQUIRE(recalled);
        CHECK(to_json_text(*recalled) == to_json_text(expected));
        CHECK(told_of_reports(options, *recalled).empty());
    }
    SECTION("--rerun, in a run of its own that leaves the first one's reports alone") {
        options.resume = "";
        options.rerun = "last:broken";
        again.rerun = id + ":broken";
        again.name = ""; // a part of a night is not that night
        again.reports = {};
        auto recalled = recall_options(options);
        REQUIRE(recalled);
        CHECK(to_json_text(*recalled) == to_json_text(again));
        CHECK(told_of_reports(options, *recalled).empty());
        auto shown = args;
        shown.insert(shown.end(), {"--rerun", again.rerun});
        CHECK(recalled->args == shown);
    }
}

TEST_CASE("recall: reports whose folder an older version did not keep", "[run]") {
    const Scratch folder;
    auto begun = parsed(begun_with);
    begun.reports = {{"text", "-"}, {"html", "fleet.html"}};
    store(folder, begun_with, to_json_text(begun));
    auto options = asked(folder);
    options.resume = "last";
    const auto recalled = recall_options(options);
    REQUIRE_FALSE(recalled);
    CHECK(recalled.end().status == exit_usage);
    CHECK(
        recalled.end().text ==
        "rdpsweep: run 20260101T000000Z-a does not say in which folder its report fleet.html is "
        "(config)\n"
        "  next: say it: --report html:/FOLDER/fleet.html\n"
    );
    // As it says; and a run that begins anew never has those reports.
    options.reports = {{"html", "/there/fleet.html"}};
    CHECK(recall_options(options));
    options.reports = {};
    options.resume = "";
    options.rerun = "last";
    CHECK(recall_options(options));
}

TEST_CASE("recall: reports on stdout need no folder and are not told of", "[run]") {
    ScanOptions recalled;
    recalled.reports = {{"text", "-"}};
    CHECK(told_of_reports({}, recalled).empty());
    recalled.reports = {{"html", "/a"}, {"text", "-"}, {"json", "/b\n"}};
    CHECK(
        told_of_reports({}, recalled) ==
        "rdpsweep: reports written anew: html in /a, json in /b\\x0A\n"
    );
}

TEST_CASE("recall: a command line or options that this version cannot read", "[run]") {
    const Scratch folder;
    auto options = asked(folder);
    options.resume = "last";
    SECTION("only a command line, which nobody reads again") {
        store(folder, begun_with, "");
        auto recalled = recall_options(options);
        REQUIRE_FALSE(recalled);
        CHECK(recalled.end().status == exit_usage);
        CHECK(
            recalled.end().text ==
            "rdpsweep: run 20260101T000000Z-a was stored by version test, which kept its command "
            "line and not its options (config)\n"
            "  next: scan again: rdpsweep scan -i INVENTORY; or give its -i again\n"
        );
        // As it says:
        options.scope.targets = {"a"};
        CHECK(recall_options(options));
    }
    SECTION("options of a later version of the schema") {
        store(folder, begun_with, R"({"version":2,"scope":{"transports":["ssh"]}})");
        auto recalled = recall_options(options);
        REQUIRE_FALSE(recalled);
        CHECK(recalled.end().status == exit_usage);
        CHECK_THAT(
            recalled.end().text,
            Catch::Contains("they are of version 2, and this program knows version 1")
        );
    }
    SECTION("options of a later version") {
        store(folder, begun_with, R"({"scope":{"leave_out":"dc*"}})");
        auto recalled = recall_options(options);
        REQUIRE_FALSE(recalled);
        CHECK(recalled.end().status == exit_usage);
        CHECK_THAT(recalled.end().text, Catch::Contains("/scope/leave_out"));
    }
    SECTION("a transport that this version lacks") {
        store(folder, begun_with, R"({"scope":{"transports":["carrier-pigeon"]}})");
        auto recalled = recall_options(options);
        REQUIRE_FALSE(recalled);
        CHECK_THAT(recalled.end().text, Catch::Contains("carrier-pigeon"));
    }
}

TEST_CASE("recall: what a resumed run has to visit, and what it is stored with", "[run]") {
    const Scratch folder;
    const auto begun = parsed(begun_with);
    const bool stored = GENERATE(true, false);
    const auto kept = stored ? to_json_text(begun) : std::string();
    const auto id = store(folder, begun_with, kept);
    auto options = asked(folder);
    options.resume = id;
    RunSetup setup(options);
    setup.extras.options = to_json_text(options);
    setup.run.version = "this";
    setup.run.warnings = {{"run.insecure", {}}};
    for (const auto* name : {"a", "b"}) {
        Target target;
        target.id = target.name = name;
        setup.inventory.targets.push_back(target);
    }
    setup.run.targets = 2;
    setup.fleet = FleetBuilder(2);
    setup.done.assign(2, false);
    setup.postponed = setup.done;
    SECTION("the same inventory") {
        REQUIRE(resume(setup));
        CHECK(setup.done == std::vector<bool>{true, false});
        CHECK(setup.postponed == std::vector<bool>{false, true});
        CHECK(setup.fleet.totals().of(Outcome::assessed) == 1);
        CHECK(setup.run.id == id);
        CHECK(setup.run.version == "this");
        CHECK(setup.run.warnings.size() == 1);
        CHECK(setup.run.args == begun_with);
        // As it was begun, not as it is gone on with; a run without stored options stays one.
        CHECK(setup.extras.options.empty() == kept.empty());
        if (stored) {
            const auto back = scan_options_from_json(setup.extras.options);
            REQUIRE(back);
            CHECK(to_json_text(*back) == kept);
        }
    }
    SECTION("another inventory") {
        setup.inventory.targets[1].id = "c";
        const auto resumed = resume(setup);
        REQUIRE_FALSE(resumed);
        CHECK(resumed.end().status == exit_usage);
        CHECK(
            resumed.end().text ==
            "rdpsweep: the inventory is not the one run " + id +
                " began with\n"
                "  resume with the same inventory and filters, or start a new run\n"
        );
    }
}
