// The prometheus report: series that stay the same from run to run, and no host among them.
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

using namespace rdpsweep;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

} // namespace

TEST_CASE("prometheus report: totals by outcome, verdict, cause and obstacle", "[report]") {
    const auto text = test::render("prometheus", test::mixed_fleet());
    INFO(text);
    for (const auto* line :
         {"rdpsweep_inventory_targets 12\n",
          "rdpsweep_targets{outcome=\"assessed\"} 8\n",
          "rdpsweep_targets{outcome=\"not_attempted\"} 1\n",
          "rdpsweep_hosts{verdict=\"broken\"} 2\n",
          "rdpsweep_hosts{verdict=\"not_applicable\"} 1\n",
          "rdpsweep_cause_hosts{cause=\"machine_keys\",verdict=\"broken\"} 2\n",
          "rdpsweep_cause_hosts{cause=\"rdp_port\",verdict=\"broken\"} 0\n",
          "rdpsweep_not_assessed_hosts{outcome=\"refused\",rung=\"auth\",code=\"access_denied\"} "
          "1\n",
          "rdpsweep_last_complete_timestamp_seconds 1795403052\n",
          "rdpsweep_run_interrupted 0\n",
          "rdpsweep_host_seconds_bucket{transport=\"winrm\",le=\"1\"} 0\n",
          "rdpsweep_host_seconds_bucket{transport=\"winrm\",le=\"2\"} 8\n",
          "rdpsweep_host_seconds_bucket{transport=\"winrm\",le=\"+Inf\"} 8\n",
          "rdpsweep_host_seconds_sum{transport=\"winrm\"} 9.872\n",
          "rdpsweep_host_seconds_count{transport=\"winrm\"} 8\n"}) {
        INFO(line);
        CHECK(has(text, line));
    }
    CHECK_FALSE(has(text, "sql-0")); // no host by name
}

TEST_CASE("prometheus report: an interrupted run is not a complete one", "[report]") {
    std::string text;
    auto reporter = test::format_named("prometheus")
                        .make(
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
    CHECK(has(text, "rdpsweep_run_interrupted 1\n"));
    CHECK_FALSE(has(text, "last_complete"));
    CHECK_FALSE(has(text, "host_seconds")); // a family without a sample would be an error
}

TEST_CASE("prometheus report: labels are escaped, and strange transports are bounded", "[report]") {
    auto host = test::healthy_host(0);
    host.attempts.front().transport = "a\\b\"c\nd";
    CHECK(has(test::render("prometheus", {host}), "transport=\"a\\\\b\\\"c\\\\x0Ad\""));
    const test::Hosts many(500, [](std::size_t index) {
        auto each = test::healthy_host(index);
        each.attempts.front().transport = "t" + std::to_string(index);
        return each;
    });
    CHECK(test::render("prometheus", many).size() < 60'000);
}
