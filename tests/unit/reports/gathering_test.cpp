// Reports of hosts that were given while the sweep ran, beside those of hosts that are read.
#include "core/outcome_json.hpp"
#include "reports/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

#include <algorithm>
#include <random>

using namespace rdpsweep;

namespace {

constexpr std::size_t fleet_size = 60;

std::vector<HostResult> fleet() {
    std::vector<HostResult> hosts;
    for (std::size_t i = 0; i < fleet_size; ++i) {
        hosts.push_back(i % 2 == 0 ? test::generated_host(i) : test::varied_host(i));
        if (i % 5 == 3) hosts.back() = test::mixed_fleet()[i % 12];
        hosts.back().index = i;
        hosts.back().target.name = "vm-" + std::to_string(i);
        for (auto& attempt : hosts.back().attempts)
            attempt.notes.push_back({"note.http_sealed", {{"mechanism", "m" + std::to_string(i)}}});
    }
    return hosts;
}

// Counts how often it is read.
class CountedHosts : public HostReader {
public:
    explicit CountedHosts(std::vector<HostResult> hosts) : hosts_(std::move(hosts)) {}

    Status for_each(const std::function<void(const HostResult&)>& visit) override {
        ++read;
        return hosts_.for_each(visit);
    }

    int read = 0;

private:
    test::Hosts hosts_;
};

struct Rendered {
    std::string text;
    int read;
};

// Renders hosts, of which given were told while the sweep ran.
Rendered
render(std::string_view format, const std::vector<HostResult>& given, ReportOptions options) {
    std::string text;
    auto reporter = test::format_named(format).make(
        [&text](std::string_view bytes) {
            text += bytes;
            return Status();
        },
        test::fixture_catalogue(),
        std::move(options)
    );
    for (const auto& host : given)
        reporter->on_host(host);
    test::Hosts all(fleet());
    CountedHosts stored(fleet());
    REQUIRE(reporter->on_finish(test::report_of(all), stored));
    return {text, stored.read};
}

constexpr auto gathering = {"text", "markdown", "sarif", "prometheus"};

} // namespace

TEST_CASE("gathering: a fleet given in any order is reported as one that is read", "[report]") {
    ReportOptions options;
    options.started = test::run_start;
    std::mt19937 random(7);
    for (const auto* format : gathering) {
        INFO(format);
        const auto read = render(format, {}, {});
        CHECK(read.read == 1);
        for (int i = 0; i < 5; ++i) {
            auto hosts = fleet();
            std::shuffle(hosts.begin(), hosts.end(), random);
            const auto told = render(format, hosts, options);
            CHECK(told.text == read.text);
            CHECK(told.read == 0);
            // A run that is resumed: the others were visited by an earlier process.
            hosts.resize(fleet_size / 3);
            const auto resumed = render(format, hosts, options);
            CHECK(resumed.text == read.text);
            CHECK(resumed.read == 1);
        }
        // Until the run's beginning is known, nothing can be said of dates.
        const auto early = render(format, fleet(), {});
        CHECK(early.text == read.text);
        CHECK(early.read == 1);
    }
}

TEST_CASE("gathering: a small fleet is shown host by host, whoever came first", "[report]") {
    ReportOptions options;
    options.started = test::run_start;
    auto hosts = test::mixed_fleet();
    hosts.resize(3);
    const auto in_order = test::render("text", hosts, options);
    CHECK(in_order == test::render("text", hosts));
    std::string text;
    auto reporter = test::format_named("text").make(
        [&text](std::string_view bytes) {
            text += bytes;
            return Status();
        },
        test::fixture_catalogue(),
        options
    );
    for (const std::size_t i : {2, 0, 1})
        reporter->on_host(hosts[i]);
    test::Hosts all(hosts);
    CountedHosts stored(hosts);
    REQUIRE(reporter->on_finish(test::report_of(all), stored));
    CHECK(text == in_order);
    CHECK(stored.read == 0);
}

TEST_CASE("gathering: a page takes hosts as they come only in the inventory's order", "[report]") {
    ReportOptions options;
    options.started = test::run_start;
    const auto read = render("html", {}, {});
    auto backwards = fleet();
    std::reverse(backwards.begin(), backwards.end());
    const auto while_it_ran = render("html", backwards, options);
    CHECK(while_it_ran.text == read.text);
    CHECK(while_it_ran.read == 1);
    options.in_order = true;
    const auto stored = render("html", fleet(), options);
    CHECK(stored.text == read.text);
    CHECK(stored.read == 0);
}

TEST_CASE("gathering: what is left of a run that was killed is read once", "[report]") {
    ReportOptions options;
    options.started = test::run_start;
    options.in_order = true;
    auto left = fleet();
    left.resize(fleet_size / 2);
    for (const auto* format : {"text", "markdown", "sarif", "prometheus", "html"}) {
        INFO(format);
        CHECK(render(format, left, options).read == 0);
    }
}

TEST_CASE("tally: keeps the first of the inventory, in whatever order they come", "[report]") {
    Tally tally;
    CHECK(tally.add("e", 50));
    CHECK_FALSE(tally.add("g", 70));
    CHECK(tally.add("b", 20));
    CHECK_FALSE(tally.add("f", 60));
    CHECK_FALSE(tally.add("d", 40));
    CHECK(tally.add("a", 10));
    CHECK_FALSE(tally.add("h", 80));
    CHECK(tally.count == 7);
    CHECK(tally.names == std::vector<std::string>{"a", "b", "d"});
}

namespace {

// Knows each host as text already.
class ToldHosts : public HostReader {
public:
    Status for_each(const std::function<void(const HostResult&)>& visit) override {
        return for_each_as_text([&](const HostResult& host, std::string_view) { visit(host); });
    }

    Status for_each_as_text(const VisitText& visit) override {
        visit(test::healthy_host(0), R"({"told":0})");
        visit(test::healthy_host(1), "");
        return {};
    }
};

std::string json_of(const Catalogue& messages) {
    std::string text;
    auto reporter = test::format_named("json").make(
        [&text](std::string_view bytes) {
            text += bytes;
            return Status();
        },
        messages,
        {}
    );
    ToldHosts hosts;
    REQUIRE(reporter->on_finish(FleetReport(), hosts));
    return text.substr(text.find("\"hosts\""));
}

} // namespace

TEST_CASE("json report: what is stored is passed on, in the language it is stored in", "[report]") {
    const auto written = [](const Catalogue& messages, std::size_t index) {
        return to_json_text(test::healthy_host(index), [&messages](const Message& message) {
            return messages.say(message);
        });
    };
    const auto& english = Catalogue::english();
    CHECK(json_of(english) == "\"hosts\":[\n{\"told\":0},\n" + written(english, 1) + "]}\n");
    const auto& chinese = Catalogue::built_in("zh-TW");
    CHECK(
        json_of(chinese) ==
        "\"hosts\":[\n" + written(chinese, 0) + ",\n" + written(chinese, 1) + "]}\n"
    );
}
