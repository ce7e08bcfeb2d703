// Configuration files against the real table of verbs; the order of file, user's file and variable.
#include "core/text.hpp"
#include "scanner/verbs/configuration.hpp"
#include "scanner/verbs/table.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

using namespace rdpsweep;

namespace {

using Words = std::vector<std::string>;

// Returns what is wrong with a file: "place: what | next", a line each.
Words told(const Scratch& scratch, const std::string& text) {
    Problems problems;
    const auto path = scratch.file("config.yaml", text);
    const auto file = read_config_file(path, Wanted::by_name, all_verbs(), problems);
    CHECK(file.there);
    Words lines;
    for (const auto& problem : problems.list()) {
        CHECK(problem.where.starts_with(path));
        lines.push_back(
            problem.where.substr(path.size()) + ": " + problem.what + " | " + problem.next
        );
    }
    return lines;
}

const cli::Option& option_of(const cli::Asked& asked, std::string_view key) {
    for (const auto& option : asked.options)
        if (cli::key_of(option) == key) return option;
    FAIL("no such option");
    return asked.options.front();
}

cli::Asked asked_of(std::string_view name) {
    for (const auto& verb : all_verbs())
        if (verb.name == name) return verb.ask(cli_names());
    FAIL("no such verb");
    return {};
}

// Returns "value origin" of an option.
std::string value_of(const Presets& presets, std::string_view verb, std::string_view key) {
    const auto asked = asked_of(verb);
    const auto value = presets.of(verb, option_of(asked, key));
    if (!value) return "none";
    std::string text;
    for (const auto& part : value->texts)
        text += part + " ";
    return text + value->origin;
}

} // namespace

TEST_CASE("configuration: options of every verb, and of one", "[config]") {
    const Scratch scratch;
    const auto path = scratch.file(
        "config.yaml",
        "# ours\n"
        "jobs: 500\n"
        "report: [text, 'html:/srv/f.html']\n"
        "scan: { jobs: 20, transport: [winrm, ssh] }\n"
        "fix plan:\n  max-percent: 10\n"
    );
    Problems problems;
    Presets presets{{read_config_file(path, Wanted::by_name, all_verbs(), problems)}};
    REQUIRE(problems.empty());
    CHECK(value_of(presets, "scan", "jobs") == "20 " + path + ":4:9");
    CHECK(value_of(presets, "check", "jobs") == "500 " + path + ":2:1");
    CHECK(value_of(presets, "scan", "report") == "text html:/srv/f.html " + path + ":3:1");
    CHECK(value_of(presets, "fix plan", "max-percent") == "10 " + path + ":6:3");
    CHECK(value_of(presets, "scan", "retries") == "none");
    CHECK(value_of(presets, "check", "transport") == "none");

    const auto later = scratch.file("later.yaml", "jobs: 7\n");
    presets.files.push_back(read_config_file(later, Wanted::by_name, all_verbs(), problems));
    CHECK(value_of(presets, "scan", "jobs") == "7 " + later + ":1:1");
    setenv("RDPSWEEP_JOBS", "9", 1);
    CHECK(value_of(presets, "scan", "jobs") == "9 RDPSWEEP_JOBS");
    setenv("RDPSWEEP_JOBS", "", 1);
    CHECK(value_of(presets, "scan", "jobs") == "7 " + later + ":1:1");
    unsetenv("RDPSWEEP_JOBS");
}

TEST_CASE("configuration: what is no key is refused, with the nearest one", "[config]") {
    const Scratch scratch;
    CHECK(
        told(scratch, "job: 5\n") == Words{":1:1: no option is called \"job\" | did you mean jobs?"}
    );
    CHECK(
        told(scratch, "scan: { max-unasessed: 5 }\n") ==
        Words{":1:9: no option of scan is called \"max-unasessed\" | did you mean max-unassessed?"}
    );
    CHECK_THAT(
        told(scratch, "scam: { jobs: 5 }\n").at(0), Catch::Contains("did you mean \"scan\"?")
    );
    CHECK_THAT(
        told(scratch, "explain: { jobs: 5 }\n").at(0), Catch::Contains("no option of explain")
    );
    CHECK(told(scratch, "RULE: x\nPLAN: y\n").size() == 2);
    const auto secret = told(scratch, "password: hunter2\nscan: { api-token: hunter2 }\n");
    REQUIRE(secret.size() == 2);
    for (const auto& line : secret) {
        CHECK_THAT(line, Catch::Contains("holds no secret"));
        CHECK(line.find("hunter2") == std::string::npos);
    }
}

TEST_CASE("configuration: what has to be said for each run is no key", "[config]") {
    const Scratch scratch;
    const Words never{"insecure",     "takeover",      "resume",
                      "rerun",        "confirm",       "acknowledge",
                      "approve-each", "approval",      "despite-sessions",
                      "stop-service", "move-rdp",      "open-nsg",
                      "fix",          "snapshot",      "admin",
                      "out",          "key",           "dry-run",
                      "config",       "disk-snapshots"};
    for (const auto& key : never) {
        const auto lines = told(scratch, key + ": x\n");
        REQUIRE(lines.size() == 1);
        CHECK_THAT(lines[0], Catch::Contains("--" + key + " has to be said for each run"));
    }
}

TEST_CASE("configuration: every other option of the table may be preset", "[config]") {
    std::size_t seen = 0;
    for (const auto& verb : all_verbs()) {
        if (!verb.ask) continue;
        for (const auto& option : verb.ask(cli_names()).options)
            seen += cli::may_be_preset(option) ? 1 : 0;
    }
    CHECK(seen > 200);
}

TEST_CASE(
    "configuration: values of another kind, and paths that depend on the folder", "[config]"
) {
    const Scratch scratch;
    CHECK_THAT(
        told(scratch, "jobs: [1, 2]\n").at(0), Catch::Contains("jobs takes one value, not a list")
    );
    CHECK_THAT(told(scratch, "jobs:\n").at(0), Catch::Contains("not nothing"));
    CHECK_THAT(told(scratch, "report: []\n").at(0), Catch::Contains("a text or a list of texts"));
    CHECK_THAT(told(scratch, "scan: { jobs: { a: b } }\n").at(0), Catch::Contains("not a map"));
    for (const std::string text :
         {"inventory: fleet.yaml",
          "inventory: 'ansible:hosts'",
          "ca-file: ca.pem",
          "state: runs",
          "report: 'html:f.html'",
          "target: 'a,@list'",
          "disk: [/a, b]"}) {
        INFO(text);
        CHECK_THAT(told(scratch, text + "\n").at(0), Catch::Contains("write its whole path"));
    }
    CHECK(told(
              scratch,
              "inventory: [/f.yaml, 'azure:', 'nmap:/x.xml', '-', 'exec:list-vms x']\n"
              "report: [text, 'json:-', 'html:/f.html']\ntarget: 'a,@/list'\nstate: /s\n"
    )
              .empty());
}

TEST_CASE("configuration: files that are none, are not there, or are somebody else's", "[config]") {
    const Scratch scratch;
    CHECK(told(scratch, "").empty());
    CHECK(told(scratch, "# nothing yet\n\n").empty());
    CHECK_THAT(
        told(scratch, "- a\n").at(0), Catch::Contains("a configuration is a map, not a list")
    );
    CHECK_FALSE(told(scratch, "a: [\n").empty());

    const auto problem = [](const std::string& path, Wanted wanted) {
        Problems problems;
        const auto file = read_config_file(path, wanted, all_verbs(), problems);
        CHECK_FALSE(file.there);
        return problems.empty() ? std::string() : problems.list().front().what;
    };
    CHECK(problem(scratch.path("none"), Wanted::if_there).empty());
    CHECK_THAT(
        problem(scratch.path("none"), Wanted::by_name), Catch::StartsWith("cannot be opened")
    );
    CHECK(problem("/dev/null", Wanted::by_name).empty());
    const auto large = scratch.file("large", std::string(70'000, '#'));
    CHECK_THAT(problem(large, Wanted::if_there), Catch::Contains("65536"));
    CHECK(
        problem(scratch.file("open", "jobs: 1\n", 0620), Wanted::if_there) ==
        "can be written by other users"
    );
    REQUIRE(mkfifo(scratch.path("fifo").c_str(), 0600) == 0);
    CHECK(problem(scratch.path("fifo"), Wanted::if_there) == "is not a file");
    if (geteuid() != 0) return;
    const auto theirs = scratch.file("theirs", "jobs: 1\n");
    REQUIRE(chown(theirs.c_str(), 4711, 4711) == 0);
    CHECK_THAT(problem(theirs, Wanted::if_there), Catch::StartsWith("belongs to user 4711"));
}

TEST_CASE("configuration: which files are read", "[config]") {
    const Scratch scratch;
    Problems problems;
    setenv("XDG_CONFIG_HOME", scratch.path("xdg").c_str(), 1);
    auto presets = read_presets("", problems);
    REQUIRE(presets.files.size() == 2);
    CHECK(presets.files[0].path == "/etc/rdpsweep/config.yaml");
    CHECK(presets.files[1].path == scratch.path("xdg/rdpsweep/config.yaml"));
    setenv("RDPSWEEP_CONFIG", "/dev/null", 1);
    presets = read_presets("", problems);
    REQUIRE(presets.files.size() == 1);
    CHECK(presets.files[0].path == "/dev/null");
    const auto own = scratch.file("own.yaml", "color: always\nstate: /srv/runs\n");
    presets = read_presets(own, problems);
    REQUIRE(presets.files.size() == 1);
    unsetenv("NO_COLOR");
    CHECK(value_of(presets, "scan", "color").starts_with("always " + own));
    setenv("NO_COLOR", "1", 1);
    CHECK(value_of(presets, "scan", "color") == "never NO_COLOR");
    unsetenv("NO_COLOR");
    CHECK(value_of(presets, "scan", "state").starts_with("/srv/runs " + own));
    setenv("STATE_DIRECTORY", "/var/lib/rdpsweep", 1);
    CHECK(value_of(presets, "scan", "state") == "/var/lib/rdpsweep STATE_DIRECTORY");
    unsetenv("STATE_DIRECTORY");
    unsetenv("RDPSWEEP_CONFIG");
    unsetenv("XDG_CONFIG_HOME");
    CHECK(problems.empty());
}
