// What options are where nobody said them: which presets hold beside what was said.
#include "scanner/cli/binders.hpp"
#include "scanner/cli/command_line.hpp"
#include "scanner/talk/exit_status.hpp"
#include "tests/support/catch.hpp"

#include <map>

using namespace rdpsweep;

namespace {

using cli::Preset;
using Words = std::vector<std::string>;

struct TourOptions {
    TalkOptions talk;
    Words places;
    Words maps;
    std::string guide;
    std::string purse;
    std::size_t days = 1;
    bool rain = true;
    bool dog = false;
    int songs = 0;
    Words stamps;
    std::string again;
    bool risk = false;
    Words route;
};

constexpr std::array<std::string_view, 2> ways{"sea", "air"};

// A row an option.
// clang-format off
cli::Options tour_options(TourOptions& tour, const CliNames&) {
    using namespace cli;
    return {
        {"--place", "NAME", "where", list(tour.places, Split::commas), group::plan, Preset::sources},
        {"--map", "NAME", "where, on paper", list(tour.maps), group::plan, Preset::sources},
        {"--guide", "NAME", "who", text(tour.guide), group::plan, Preset::logon},
        {"--purse", "NAME", "whose", text(tour.purse), group::plan, Preset::logon},
        {"--days", "N", "how long", number(tour.days, {1, 9}), group::plan},
        {"--no-rain", "", "sun", flag_off(tour.rain), group::plan},
        {"--dog", "", "with a dog", flag(tour.dog), group::plan},
        {"-s,--songs", "", "sing", count(tour.songs), group::plan},
        {"--stamp", "NAME", "what it leaves", list(tour.stamps), group::plan, Preset::fresh},
        {"--again", "TOUR", "an old tour", text(tour.again), group::plan, Preset::recall},
        {"--risk", "", "no rope", flag(tour.risk), group::plan, Preset::never},
        {"--route", "NAME[,NAME]", "by", route(tour.route, ways), group::plan},
    };
}

// clang-format on

int walk(const TourOptions& tour) {
    return static_cast<int>(tour.days);
}

std::string wrong_tour(const TourOptions& tour) {
    return tour.places.empty() && tour.maps.empty() && tour.again.empty() ? "no place" : "";
}

const cli::Verb table[] = {
    {"tour", "Go.", "", cli::asks<TourOptions>({tour_options, walk, wrong_tour})},
    {"sights", "Read.", "", cli::asks<TourOptions>({tour_options, walk, {}, cli::Configured::no})},
};

using Given = std::map<std::string, Words>;

CommandLine parse(const Words& args, const Given& given) {
    const auto configure = [&given](const std::string& file) {
        cli::Configuration made;
        if (file == "broken") made.wrong = "broken: is not read\n";
        made.presets = [given](std::string_view, const cli::Option& option) {
            const auto at = given.find(cli::key_of(option));
            return at == given.end()
                       ? std::nullopt
                       : std::optional(cli::PresetValue{at->second, "f.yaml:1:1", ""});
        };
        return made;
    };
    return parse_command_line(args, table, {}, configure);
}

TourOptions toured(const Words& args, const Given& given) {
    const auto line = parse(args, given);
    INFO(line.text);
    REQUIRE_FALSE(line.exit);
    return line.given<TourOptions>();
}

} // namespace

TEST_CASE("presets: each kind of option, where it was not said", "[cli]") {
    const auto tour = toured(
        {"tour"},
        {{"place", {"a,b", "c"}},
         {"days", {"3"}},
         {"no-rain", {"true"}},
         {"dog", {"yes"}},
         {"songs", {"2"}},
         {"stamp", {"x", "y"}},
         {"route", {"air", "sea"}},
         {"guide", {"anna"}}}
    );
    CHECK(tour.places == Words{"a", "b", "c"});
    CHECK(tour.days == 3);
    CHECK_FALSE(tour.rain);
    CHECK(tour.dog);
    CHECK(tour.songs == 2);
    CHECK(tour.stamps == Words{"x", "y"});
    CHECK(tour.route == Words{"air", "sea"});
    CHECK(tour.guide == "anna");
}

TEST_CASE("presets: what was said wins, a list as a whole", "[cli]") {
    const Given given{
        {"place", {"a"}}, {"days", {"3"}}, {"dog", {"true"}}, {"stamp", {"x"}}, {"route", {"air"}}};
    const auto tour = toured(
        {"tour", "--place", "b", "--days", "4", "--dog=false", "--stamp", "y", "--route", "sea"},
        given
    );
    CHECK(tour.places == Words{"b"});
    CHECK(tour.days == 4);
    CHECK_FALSE(tour.dog);
    CHECK(tour.stamps == Words{"y"});
    CHECK(tour.route == Words{"sea"});
}

TEST_CASE("presets: sources, and who logs on, are taken together or not at all", "[cli]") {
    const Given given{{"place", {"a"}}, {"map", {"m"}}, {"guide", {"anna"}}, {"days", {"3"}}};
    const auto other = toured({"tour", "--map", "n", "--purse", "p"}, given);
    CHECK(other.maps == Words{"n"});
    CHECK(other.places.empty());
    CHECK(other.guide.empty());
    CHECK(other.purse == "p");
    CHECK(other.days == 3);
}

TEST_CASE("presets: what goes on with a run takes its sources and reports from there", "[cli]") {
    const Given given{
        {"place", {"a"}},
        {"stamp", {"x"}},
        {"days", {"3"}},
        {"again", {"never"}},
        {"risk", {"true"}}};
    const auto tour = toured({"tour", "--again", "last"}, given);
    CHECK(tour.places.empty());
    CHECK(tour.stamps.empty());
    CHECK(tour.days == 3);
    CHECK(tour.again == "last");
    const auto fresh = toured({"tour"}, given);
    CHECK(fresh.again.empty());
    CHECK_FALSE(fresh.risk);
}

TEST_CASE("presets: a wrong one is told with its place, and nothing is run", "[cli]") {
    const auto told = [](const Given& given) {
        const auto line = parse({"tour", "--place", "a"}, given);
        CHECK(line.exit == exit_usage);
        return line.text;
    };
    CHECK_THAT(
        told({{"days", {"10"}}}),
        Catch::StartsWith("rdpsweep tour: f.yaml:1:1: days: \"10\" is not a number from 1 to 9\n")
    );
    CHECK_THAT(told({{"days", {"10"}}}), Catch::Contains("rdpsweep config show --origin"));
    CHECK_THAT(told({{"dog", {"perhaps"}}}), Catch::Contains("dog: is true or false"));
    CHECK_THAT(told({{"songs", {"x"}}}), Catch::Contains("songs: is true or false"));
    CHECK_THAT(told({{"route", {"air", "air"}}}), Catch::Contains("is named twice"));
    // Options are looked at together when all of them are known.
    CHECK(parse({"tour"}, {}).text.starts_with("rdpsweep tour: no place"));
    CHECK_FALSE(parse({"tour"}, {{"place", {"a"}}}).exit);
}

TEST_CASE("presets: the file is what --config says, and --help reads none", "[cli]") {
    const auto line = parse({"tour", "--place", "a", "--config", "broken"}, {});
    CHECK(line.exit == exit_usage);
    CHECK(line.text == "broken: is not read\n");
    CHECK(parse({"tour", "--config", "broken", "--help"}, {}).exit == exit_ok);
    CHECK(
        parse({"sights", "--config", "broken"}, {}).text.find("unknown option") != std::string::npos
    );
    CHECK(toured({"sights"}, {{"days", {"3"}}}).days == 1);
}
