// What holds of every format: none forgets that a run ended early, none lets a host's text act, and
// none grows with the fleet where it need not.
#include "core/unicode.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

#include <malloc.h>

using namespace rdpsweep;

namespace {

std::string render_with(std::string_view format, FleetReport report, test::Hosts& hosts) {
    std::string written;
    auto reporter = test::format_named(format).make(
        [&written](std::string_view bytes) {
            written += bytes;
            return Status();
        },
        test::fixture_catalogue(),
        {}
    );
    REQUIRE(reporter->on_finish(std::move(report), hosts));
    return written;
}

// The most memory in use while a format reads a fleet and writes it away, above what was in use
// before.
std::size_t peak(std::string_view format, std::size_t count) {
    std::size_t most = 0;
    const auto measure = [&most] { most = std::max(most, mallinfo2().uordblks); };
    test::Hosts hosts(count, [&](std::size_t index) {
        measure();
        return test::generated_host(index);
    });
    const auto report = test::report_of(hosts);
    auto reporter = test::format_named(format).make(
        [&measure](std::string_view) {
            measure();
            return Status();
        },
        test::fixture_catalogue(),
        {}
    );
    most = 0;
    const auto before = mallinfo2().uordblks;
    REQUIRE(reporter->on_finish(report, hosts));
    return most - std::min(most, before);
}

} // namespace

TEST_CASE("reports: an empty fleet is no error in any format", "[report]") {
    for (const auto& format : all_reports()) {
        INFO(format.name);
        CHECK_FALSE(test::render(format.name, std::vector<HostResult>{}).empty());
    }
}

TEST_CASE(
    "reports: every format says that a run was interrupted, or what was not tried", "[report]"
) {
    for (const auto& format : all_reports()) {
        INFO(format.name);
        test::Hosts hosts(test::mixed_fleet());
        auto report = test::report_of(hosts);
        report.run.interrupted = true;
        const auto text = render_with(format.name, report, hosts);
        const bool said = text.find("interrupted") != text.npos;
        CHECK((said || text.find("not_attempted") != text.npos));
    }
}

TEST_CASE("reports: no format passes control characters or broken UTF-8 on", "[report]") {
    for (const auto& format : all_reports()) {
        INFO(format.name);
        const auto text = test::render(format.name, {test::hostile_host(0)});
        CHECK(text.find('\x1b') == text.npos);
        CHECK(to_valid_utf8(text) == text);
    }
}

TEST_CASE("reports: memory follows the kinds of trouble, not the fleet", "[report]") {
    for (const auto* format : {"text", "markdown", "csv", "junit", "sarif", "prometheus"}) {
        const auto small = peak(format, 1'000);
        const auto large = peak(format, 10'000);
        INFO(format << ": " << small << " and " << large << " bytes");
        CHECK(large < small + 300'000);
    }
}
