// What differs from night to night goes out of a text, and what is news of a host stays.
#include "core/moments.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

struct Row {
    std::string_view text;
    std::string_view steady;
};

Finding with_evidence(std::vector<Evidence> evidence) {
    Finding finding;
    finding.rule = "PORT.OWNER";
    finding.summary = {"PORT.OWNER.foreign", {{"owner", "nginx.exe (pid 7)"}}};
    finding.evidence = std::move(evidence);
    return finding;
}

} // namespace

TEST_CASE("moments: pids, times of day, durations and counts of events go", "[moments]") {
    const Row rows[] = {
        {"", ""},
        {"nginx.exe (pid 4711)", "nginx.exe (pid <n>)"},
        {"pid 4711", "pid <n>"},
        {"pid 2160 nginx.exe", "pid <n> nginx.exe"},
        {"since 2026-11-30T02:00:00Z", "since <time>"},
        {"2026-11-30T02:00:00.1234567Z, then", "<time>, then"},
        {"2026-11-30 02:00:00", "<time>"},
        {"took 4 min 12 s", "took <duration>"},
        {"took 4.2 s", "took <duration>"},
        {"812 ms", "<duration>"},
        {"more than 30 days ahead", "more than <duration> ahead"},
        {"17 events RdpCoreTS 140", "<n> events RdpCoreTS 140"},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        CHECK(without_moments(row.text) == row.steady);
    }
}

TEST_CASE("moments: what is the host's own stays", "[moments]") {
    const std::string_view kept[] = {
        "AB12CD34EF56AB12CD34EF56AB12CD34EF56AB12",
        "1d2e3f40-2026-1130-0200-0123456789ab",
        "2027-01-31",
        "rapid 12",
        "pid of 7",
        "pid ",
        "0x80090331",
        "O:SYG:SYD:PAI(A;;0x120089;;;SY)(A;;FA;;;BA)",
        "0d 0a 1 d0",
        "port 3389",
        "5 eventsource",
        "a2026-11-30T02:00:00Z",
        "2 st",
        "\xff\xfe 12",
    };
    for (const auto text : kept) {
        INFO(text);
        CHECK(without_moments(text) == text);
    }
}

TEST_CASE("moments: a finding is steady under new pids and places in lists", "[moments]") {
    const auto before = with_evidence(
        {{"/listener/sockets/3/pid", "pid 12 nginx.exe", "pid 900 (TermService)"},
         {"/listener/sockets/3/a", "0.0.0.0", ""}}
    );
    const auto after = with_evidence(
        {{"/listener/sockets/0/a", "0.0.0.0", ""},
         {"/listener/sockets/0/pid", "pid 77 nginx.exe", "pid 4 (TermService)"}}
    );
    CHECK(steady_text(before) == steady_text(after));
    CHECK(steady_hash(before) == steady_hash(after));
    CHECK(
        steady_text(before) == "PORT.OWNER.foreign\n"
                               "/listener/sockets/*/a|0.0.0.0|\n"
                               "/listener/sockets/*/pid|pid <n> nginx.exe|pid <n> (TermService)"
    );
}

TEST_CASE("moments: a renewed certificate is news, an event's time is none", "[moments]") {
    const auto text = [](std::string fact, std::string observed) {
        return steady_text(with_evidence({{std::move(fact), std::move(observed), ""}}));
    };
    CHECK(text("/cert/pin", "AA11") != text("/cert/pin", "BB22"));
    for (const std::string fact : {"/cert/my_match/not_after", "/cert/store/0/not_before"}) {
        INFO(fact);
        CHECK(text(fact, "2026-12-01T00:00:00Z") != text(fact, "2027-12-01T00:00:00Z"));
    }
    CHECK(text("/evt/1/utc", "2026-12-01T00:00:00Z") == text("/evt/9/utc", "2026-12-02T01:00:00Z"));
    CHECK(text("/os/disk_free_mb", "80") == text("/os/disk_free_mb", "79"));
    CHECK(text("/os/build", "17763") != text("/os/build", "20348"));
}

TEST_CASE("moments: another sentence is another text, other arguments are not", "[moments]") {
    auto one = with_evidence({{"/a", "1", "2"}});
    auto other = one;
    other.summary.arguments["owner"] = "nginx.exe (pid 8)";
    CHECK(steady_text(one) == steady_text(other));
    other.summary.key = "PORT.OWNER.twin";
    CHECK(steady_text(one) != steady_text(other));
}
