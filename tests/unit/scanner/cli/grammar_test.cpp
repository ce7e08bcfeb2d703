// The parser on a table of its own: every kind of option, verbs of two words, mistakes.
#include "scanner/cli/binders.hpp"
#include "scanner/cli/command_line.hpp"
#include "scanner/talk/exit_status.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

using Words = std::vector<std::string>;

struct TeaOptions {
    TalkOptions talk;
    std::string kind;
    bool hot = false;
    bool milk = true;
    int spoons = 0;
    std::size_t cups = 1;
    Words cakes;
    Words guests;
    Words args;
};

cli::Options tea_options(TeaOptions& tea, const CliNames&) {
    return {
        {"KIND", "TEXT", "which tea", cli::word(tea.kind), cli::group::word},
        {"--hot", "", "boil it", cli::flag(tea.hot), cli::group::plan},
        {"--no-milk", "", "black", cli::flag_off(tea.milk), cli::group::plan},
        {"-s,--sugar", "", "a spoon of sugar", cli::count(tea.spoons), cli::group::plan},
        {"--cups", "N", "how many", cli::number(tea.cups, {1, 6}), cli::group::plan},
        {"--cake", "NAME", "a cake", cli::list(tea.cakes, cli::Split::commas), cli::group::plan},
        {"--guests", "NAME", "who comes", cli::sequence(tea.guests), cli::group::plan},
    };
}

int pour(const TeaOptions& tea) {
    return static_cast<int>(tea.cups);
}

std::string wrong_tea(const TeaOptions& tea) {
    return tea.kind == "mate" && tea.milk ? "no milk in mate" : "";
}

const cli::Verb table[] = {
    {"tea",
     "Make tea.",
     "Example:\n  rdpsweep tea green",
     cli::asks<TeaOptions>({tea_options, pour, wrong_tea})},
    {"for", "Make tea for somebody.", "", {}},
    {"for two", "Make two cups.", "", cli::asks<TeaOptions>({tea_options, pour})},
};

CommandLine parse(const Words& args) {
    return parse_command_line(args, table, {});
}

std::string mistake(const Words& args) {
    const auto line = parse(args);
    CHECK(line.exit == exit_usage);
    return line.text;
}

} // namespace

TEST_CASE("grammar: every kind of option reaches its struct", "[cli]") {
    const Words args{
        "tea",
        "green",
        "--hot",
        "--no-milk",
        "-ss",
        "--cups",
        "3",
        "--cake",
        "a,,b",
        "--cake",
        "c",
        "--guests",
        "ann",
        "bob",
        "-q"};
    const auto line = parse(args);
    INFO(line.text);
    REQUIRE_FALSE(line.exit.has_value());
    CHECK(line.verb == "tea");
    CHECK(line.asked.run() == 3);
    const auto& tea = line.given<TeaOptions>();
    CHECK(tea.kind == "green");
    CHECK(tea.hot);
    CHECK_FALSE(tea.milk);
    CHECK(tea.spoons == 2);
    CHECK(tea.cakes == Words{"a", "b", "c"});
    CHECK(tea.guests == Words{"ann", "bob"});
    CHECK(tea.talk.quiet);
    CHECK(tea.args == args);
}

TEST_CASE("grammar: a flag may be taken back", "[cli]") {
    const auto line = parse({"tea", "x", "--hot=false", "--no-milk=off", "--sugar=4"});
    REQUIRE_FALSE(line.exit.has_value());
    CHECK_FALSE(line.given<TeaOptions>().hot);
    CHECK(line.given<TeaOptions>().milk);
    CHECK(line.given<TeaOptions>().spoons == 4);
    CHECK_THAT(mistake({"tea", "x", "--hot=perhaps"}), Catch::Contains("--hot"));
    CHECK_THAT(mistake({"tea", "x", "--sugar=much"}), Catch::Contains("--sugar"));
    CHECK_THAT(mistake({"tea", "x", "--sugar=4x"}), Catch::Contains("--sugar"));
    for (const std::string yes : {"true", "On", "yes", "enable", "t", "Y", "+", "1", "3"}) {
        CHECK(parse({"tea", "x", "--hot=" + yes}).given<TeaOptions>().hot);
    }
    for (const std::string no : {"False", "off", "no", "disable", "f", "n", "-", "0", "-1"}) {
        CHECK_FALSE(parse({"tea", "x", "--hot=" + no}).given<TeaOptions>().hot);
    }
}

TEST_CASE("grammar: a verb of two words", "[cli]") {
    CHECK(parse({"for", "two", "x"}).verb == "for two");
    CHECK_THAT(parse({"for", "two", "-h"}).text, Catch::Contains("Usage: rdpsweep for two "));
    CHECK_THAT(parse({"for", "--help"}).text, Catch::Contains("Make two cups."));
    CHECK_THAT(mistake({"for", "two"}), Catch::StartsWith("rdpsweep for two: KIND is required\n"));
    CHECK(parse({"for"}).exit == exit_usage);
}

TEST_CASE("grammar: what is wrong is said with the verb's name", "[cli]") {
    CHECK(mistake({"tee"}) == "rdpsweep: unknown verb \"tee\"\n  did you mean tea?\n");
    CHECK(mistake({"coffee"}) == "rdpsweep: unknown verb \"coffee\"\n  verbs: tea, for\n");
    CHECK_THAT(mistake({"tea", "mate"}), Catch::StartsWith("rdpsweep tea: no milk in mate\n"));
    CHECK_THAT(
        mistake({"tea", "x", "--cusp", "2"}),
        Catch::StartsWith("rdpsweep tea: unknown option \"--cusp\"\n  did you mean --cups?")
    );
    CHECK_THAT(
        mistake({"tea", "x", "--cups", "7"}),
        Catch::StartsWith("rdpsweep tea: --cups: \"7\" is not a number from 1 to 6\n")
    );
    CHECK_THAT(
        mistake({"tea", "x", "--cups", "1", "--cups", "1"}),
        Catch::StartsWith("rdpsweep tea: --cups is given more than once\n")
    );
}

TEST_CASE("grammar: each command line begins with the defaults", "[cli]") {
    CHECK(parse({"tea", "x", "--cups", "2"}).given<TeaOptions>().cups == 2);
    CHECK(parse({"tea", "x"}).given<TeaOptions>().cups == 1);
}
