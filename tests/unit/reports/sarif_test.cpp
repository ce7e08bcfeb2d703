// The sarif report: one result a group, and what the format demands of each object.
#include "reports/sarif.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

#include <nlohmann/json.hpp>

#include <set>

using namespace rdpsweep;
using nlohmann::json;

namespace {

json run_of(const std::string& text) {
    const auto document = json::parse(text);
    CHECK(document.at("version") == "2.1.0");
    REQUIRE(document.at("runs").size() == 1);
    return document["runs"][0];
}

} // namespace

TEST_CASE("sarif report: groups are results, causes are rules", "[report]") {
    const auto run = run_of(test::render("sarif", test::mixed_fleet()));
    const auto& rules = run["tool"]["driver"]["rules"];
    std::set<std::string> ids;
    for (const auto& rule : rules) {
        CHECK(ids.insert(rule.at("id")).second);
        CHECK_FALSE(rule.at("shortDescription").at("text").get<std::string>().empty());
        CHECK_FALSE(rule.at("fullDescription").at("text").get<std::string>().empty());
    }
    std::size_t hosts = 0;
    for (const auto& result : run.at("results")) {
        CHECK(rules.at(result.at("ruleIndex").get<std::size_t>())["id"] == result.at("ruleId"));
        CHECK(result.at("properties").at("hosts") == result.at("locations").size());
        CHECK(result.at("partialFingerprints").contains("rdpsweep/v1"));
        CHECK((result.at("kind") == "fail") == (result.at("level") != "none"));
        hosts += result["locations"].size();
    }
    CHECK(hosts == 5); // 2 broken, 2 at risk, 1 unknown
    const auto& first = run["results"][0];
    CHECK(first["ruleId"] == "rdpsweep/machine_keys");
    CHECK(first["level"] == "error");
    CHECK(
        first["message"]["text"] == "2 hosts: NETWORK SERVICE cannot read the private key of RDP"
    );
    CHECK(first["properties"]["rule"] == "KEY.ACL");
    CHECK(first["locations"][1]["logicalLocations"][0]["name"] == "sql-00002");
}

TEST_CASE("sarif report: what was not assessed is said by the invocation", "[report]") {
    const auto run = run_of(test::render("sarif", test::mixed_fleet()));
    const auto& invocation = run.at("invocations").at(0);
    CHECK(invocation["executionSuccessful"] == true);
    CHECK(invocation["startTimeUtc"] == "2026-11-23T03:00:00Z");
    std::string all;
    for (const auto& notification : invocation["toolExecutionNotifications"])
        all += notification["message"]["text"].get<std::string>() + "\n";
    CHECK(all.find("1 host: unreachable at tcp: timed_out (lost-00006)") != all.npos);
    CHECK(all.find("1 host: refused at auth: access_denied (lost-00007)") != all.npos);
    CHECK(all.find("--insecure") != all.npos);
}

TEST_CASE("sarif report: a large group lists some hosts and counts all", "[report]") {
    const auto run = run_of(test::render("sarif", test::Hosts(2'500, test::broken_key_host)));
    REQUIRE(run["results"].size() == 1);
    const auto& result = run["results"][0];
    CHECK(result["locations"].size() == sarif_locations);
    CHECK(result["properties"]["hosts"] == 2'500);
    const auto text = result["message"]["text"].get<std::string>();
    CHECK(text.find("2,500 hosts") == 0);
    CHECK(text.find("Only the first 1,000 are listed") != text.npos);
}

TEST_CASE("sarif report: an interrupted run did not succeed; an empty one is valid", "[report]") {
    std::string text;
    auto reporter = test::format_named("sarif").make(
        [&text](std::string_view bytes) {
            text += bytes;
            return Status();
        },
        test::fixture_catalogue(),
        {}
    );
    test::Hosts none(std::vector<HostResult>{});
    auto report = test::report_of(none);
    report.run.interrupted = true;
    REQUIRE(reporter->on_finish(report, none));
    const auto run = run_of(text);
    CHECK(run["results"].empty());
    CHECK(run["tool"]["driver"]["rules"].empty());
    CHECK(run["invocations"][0]["executionSuccessful"] == false);
}
