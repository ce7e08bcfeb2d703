// What every format does when its bytes cannot be written, or its hosts cannot be read.
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

using namespace rdpsweep;

namespace {

Error disk_full() {
    return Error(Phase::config, Errc::local_limit, "no space left on device");
}

// Fails after the first hosts, as a damaged run store does.
class BrokenHosts : public HostReader {
public:
    Status for_each(const std::function<void(const HostResult&)>& visit) override {
        visit(test::healthy_host(0));
        return Error(Phase::decode, Errc::malformed_output, "/name is missing");
    }
};

} // namespace

TEST_CASE("reports: a full disk is returned by every format, wherever it strikes", "[report]") {
    for (const auto& format : all_reports()) {
        const auto size = test::render(format.name, test::mixed_fleet()).size();
        for (const std::size_t room : {std::size_t{0}, size / 2, size - 1}) {
            INFO(format.name << " with room for " << room);
            std::size_t written = 0;
            std::size_t failures = 0;
            auto reporter = format.make(
                [&](std::string_view bytes) -> Status {
                    if (written + bytes.size() > room) {
                        ++failures;
                        return disk_full();
                    }
                    written += bytes.size();
                    return {};
                },
                test::fixture_catalogue(),
                {}
            );
            test::Hosts hosts(test::mixed_fleet());
            const auto report = test::report_of(hosts);
            for (const auto& host : test::mixed_fleet())
                reporter->on_host(host);
            const auto finished = reporter->on_finish(report, hosts);
            REQUIRE_FALSE(finished);
            CHECK(finished.error().code() == Errc::local_limit);
            CHECK(failures == 1); // nothing follows a hole
        }
    }
}

TEST_CASE("reports: hosts that cannot be read are an error, not a shorter report", "[report]") {
    for (const auto& format : all_reports()) {
        INFO(format.name);
        auto reporter =
            format.make([](std::string_view) { return Status(); }, test::fixture_catalogue(), {});
        BrokenHosts hosts;
        FleetReport report;
        report.totals.targets = 1; // which no reporter has seen yet
        const auto finished = reporter->on_finish(report, hosts);
        REQUIRE_FALSE(finished);
        CHECK(finished.error().code() == Errc::malformed_output);
    }
}

TEST_CASE("reports: the table names each format once", "[report]") {
    std::vector<std::string_view> names;
    for (const auto& format : all_reports())
        names.push_back(format.name);
    CHECK(
        names ==
        std::vector<std::string_view>{
            "text", "json", "jsonl", "html", "markdown", "csv", "junit", "sarif", "prometheus"}
    );
    CHECK(test::format_named("jsonl").live);
    CHECK_FALSE(test::format_named("html").live);
}
