// The json and jsonl reports.
#include "core/text.hpp"
#include "reports/messages/catalogue.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;
using nlohmann::json;

namespace {

std::vector<json> lines_of(const std::string& text) {
    std::vector<json> lines;
    for (const auto& line : split(text, '\n')) {
        if (!line.empty()) lines.push_back(json::parse(line));
    }
    return lines;
}

} // namespace

TEST_CASE("json report: one document with run, totals, groups and hosts in order", "[report]") {
    const auto document = json::parse(test::render("json", test::mixed_fleet()));
    CHECK(document["schema"] == "rdpsweep.report/1");
    CHECK(document["run"]["id"] == "20261123-030000-ab12");
    CHECK(document["totals"]["targets"] == 12);
    REQUIRE(document["hosts"].size() == 12);
    for (std::size_t i = 0; i < 12; ++i)
        CHECK(document["hosts"][i]["index"] == i);
    CHECK(document["groups"][0]["root_cause"] == "machine_keys");
    CHECK(document["groups"][0]["hosts"] == json({"sql-00001", "sql-00002"}));
    CHECK(document["groups"][0]["summary"].get<std::string>().find("NETWORK SERVICE") == 0);
}

TEST_CASE("json report: a run without hosts is a valid document", "[report]") {
    const auto document = json::parse(test::render("json", std::vector<HostResult>{}));
    CHECK(document["hosts"].empty());
    CHECK(document["groups"].empty());
}

TEST_CASE("json report: hostile text stays inside its strings", "[report]") {
    const auto text = test::render("json", {test::hostile_host(0)});
    CHECK(text.find('\x1b') == text.npos);
    const auto document = json::parse(text);
    CHECK(document["hosts"][0]["name"].get<std::string>().find("<script>") == 0);
}

TEST_CASE("jsonl report: every target has one line, then the totals", "[report]") {
    const auto lines = lines_of(test::render("jsonl", test::mixed_fleet()));
    REQUIRE(lines.size() == 13);
    for (std::size_t i = 0; i < 12; ++i) {
        CHECK(lines[i]["schema"] == "rdpsweep.result/1");
        CHECK(lines[i]["index"] == i);
        CHECK_FALSE(lines[i].contains("run")); // not said by the options, not known while it runs
    }
    CHECK(lines[12]["summary"]["targets"] == 12);
    CHECK(lines[12]["run"] == "20261123-030000-ab12");
}

TEST_CASE("jsonl report: the text that was made for the store is written as it is", "[report]") {
    const auto fleet = test::mixed_fleet();
    const auto live = [&](const Catalogue& messages) {
        std::string written;
        const auto reporter = test::format_named("jsonl").make(
            [&written](std::string_view bytes) {
                written += bytes;
                return Status();
            },
            messages,
            ReportOptions()
        );
        reporter->on_host_as_text(fleet[1], R"({"from":"the store"})");
        reporter->on_host_as_text(fleet[1], R"({"from":"the store"})");
        return written;
    };
    CHECK(
        live(Catalogue::english()) == R"({"schema":"rdpsweep.result/1","from":"the store"})"
                                      "\n"
    );
    // In another language the store says something else.
    const auto other = lines_of(live(test::fixture_catalogue()));
    REQUIRE(other.size() == 1);
    CHECK(other[0]["index"] == fleet[1].index);
}

TEST_CASE("jsonl report: writes live, in completion order, and the rest at the end", "[report]") {
    std::string written;
    ReportOptions options;
    options.run = "run-7";
    auto reporter = test::format_named("jsonl").make(
        [&written](std::string_view bytes) {
            written += bytes;
            return Status();
        },
        test::fixture_catalogue(),
        options
    );
    const auto fleet = test::mixed_fleet();
    reporter->on_host(fleet[5]);
    CHECK(lines_of(written).size() == 1);
    reporter->on_host(fleet[2]);
    reporter->on_host(fleet[2]);
    CHECK(lines_of(written).size() == 2);
    CHECK(lines_of(written)[1]["run"] == "run-7");
    test::Hosts hosts(fleet);
    REQUIRE(reporter->on_finish(test::report_of(hosts), hosts));
    const auto lines = lines_of(written);
    REQUIRE(lines.size() == 13);
    CHECK(lines[0]["index"] == 5);
    CHECK(lines[1]["index"] == 2);
    CHECK(lines[2]["index"] == 0);
    CHECK(lines[3]["index"] == 1);
    CHECK(lines[4]["index"] == 3);
}
