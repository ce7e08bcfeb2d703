// When a plan may go on: windows, drift, and what its status says.
#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/fix/batches.hpp"
#include "scanner/fix/status_json.hpp"
#include "scanner/fix/window.hpp"
#include "scanner/store/audit.hpp"
#include "scanner/verbs/audit.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

using namespace rdpsweep;
using namespace std::chrono_literals;

namespace {

constexpr int sunday = 0, monday = 1, friday = 5, saturday = 6;

MaintenanceWindow window(std::string_view text) {
    const auto parsed = parse_window(text);
    REQUIRE(parsed);
    return *parsed;
}

std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    return lines;
}

} // namespace

TEST_CASE("window: days, hours and a zone", "[fix]") {
    const auto night = window("Sat 01:00-05:00 Europe/Berlin");
    CHECK(night.zone == "Europe/Berlin");
    CHECK(open_for(night, saturday, 60) == 240min);
    CHECK(open_for(night, saturday, 299) == 1min);
    CHECK_FALSE(open_for(night, saturday, 300));
    CHECK_FALSE(open_for(night, sunday, 90));
    const auto days = window("fri,Mon-Tue 00:00-24:00");
    CHECK(open_for(days, monday, 0) == 24h);
    CHECK(open_for(days, friday, 1439) == 1min);
    CHECK_FALSE(open_for(days, saturday, 700));
    CHECK(open_for(window("08:00-09:00"), sunday, 500) == 40min);
}

TEST_CASE("window: one over midnight belongs to the day on which it opens", "[fix]") {
    const auto night = window("Sat 22:00-04:00");
    CHECK(open_for(night, saturday, 23 * 60) == 5h);
    CHECK(open_for(night, sunday, 3 * 60) == 1h);
    CHECK_FALSE(open_for(night, saturday, 3 * 60)); // Friday's night is none
    CHECK_FALSE(open_for(night, sunday, 23 * 60));
    CHECK(open_for(window("Sat-Mon 22:00-04:00"), sunday, 3 * 60) == 1h);
}

TEST_CASE("window: what is none", "[fix]") {
    for (const auto* text :
         {"",
          "Sat",
          "Sat 1:00-5:00",
          "01:00",
          "01:00-01:00",
          "24:00-02:00",
          "25:00-26:00",
          "01:60-02:00",
          "Someday 01:00-02:00",
          "Sat 01:00-02:00 ../../etc/passwd",
          "Sat 01:00-02:00 Europe/Berlin more"})
        CHECK_FALSE(parse_window(text));
}

TEST_CASE("window: a zone of the tz database, by its own clock", "[fix]") {
    const auto before =
        std::getenv("TZ") == nullptr ? std::string() : std::string(std::getenv("TZ"));
    CHECK_FALSE(take_zone(window("01:00-02:00 Nowhere/City")));
    REQUIRE(take_zone(window("01:00-02:00 Asia/Taipei")));
    // 2026-11-27T17:30:00Z is Saturday, 01:30, in Taipei.
    const auto now = from_iso8601("2026-11-27T17:30:00Z").value();
    CHECK(open_now(window("Sat 01:00-02:00 Asia/Taipei"), now) == 30min);
    CHECK_FALSE(open_now(window("Fri 01:00-02:00 Asia/Taipei"), now));
    if (before.empty())
        unsetenv("TZ");
    else
        setenv("TZ", before.c_str(), 1);
    tzset();
}

TEST_CASE("stop rules: a world that is not the plan's any more", "[fix]") {
    const auto reason = [](std::size_t size, std::size_t drifted) {
        StopRules rules;
        rules.begin_batch(2, size);
        for (std::size_t i = 0; i < drifted; ++i) {
            rules.started();
            rules.ended(HostEnd::drifted);
        }
        return std::string(rules.reason().value_or(""));
    };
    CHECK(reason(5, 2).empty());
    CHECK(reason(10, 3) == "fix.stop.drift");
    CHECK(reason(15, 3).empty()); // a fifth is not more than a fifth
    CHECK(reason(15, 4) == "fix.stop.drift");
}

TEST_CASE("fix status: for programs, with the states before", "[fix]") {
    Plan plan;
    plan.id = "p1";
    plan.run = "r1";
    plan.hosts.resize(2);
    plan.hosts[0].name = "web";
    plan.hosts[0].fixes = {"tls12"};
    const Change change{Change::Kind::value, "K", "Enabled", "dword:0", "dword:1"};
    const auto document = nlohmann::json::parse(status_json(
        plan,
        {{0, FixStage::backed_up, "", {change}, "/copies/x", 1'700'000'000},
         {0, FixStage::verified, "", {}, "", 1'700'000'100}}
    ));
    CHECK(document["schema"] == "rdpsweep.fix-status/1");
    CHECK(document["hosts"][0]["stage"] == "verified");
    CHECK(document["hosts"][0]["at"] == "2023-11-14T22:15:00Z");
    CHECK(document["hosts"][0]["snapshot"] == "/copies/x");
    CHECK(document["hosts"][0]["changes"][0]["before"] == "dword:0");
    CHECK(document["hosts"][1]["stage"] == "planned");
    CHECK(document["hosts"][1]["at"].is_null());
}

TEST_CASE("audit: a chain of hashes, whoever appends", "[fix]") {
    const Scratch scratch;
    const auto path = scratch.path("audit");
    Target target;
    target.name = "web";
    const Script script("s.ps1", "exit", Script::Effect::read_only);
    {
        auto one = AuditLog::open(path);
        auto other = AuditLog::open(path);
        REQUIRE(one);
        REQUIRE(other);
        for (int i = 0; i < 3; ++i) {
            CHECK(one->command({target, "winrm", "me", "r1"}, script));
            CHECK(other->questions({target, "winrm", "me", "r2"}));
        }
    }
    std::ofstream(path, std::ios::app) << "{torn"; // as a crash leaves it
    CHECK(AuditLog::open(path)->command({target, "ssh", "me", "r3"}, script));
    const auto lines = lines_of(path);
    REQUIRE(lines.size() == 8);
    const auto follow = [](const std::vector<std::string>& all) {
        std::string text;
        for (const auto& line : all)
            text += line + "\n";
        std::istringstream in(text);
        const auto chain = follow_chain(in);
        REQUIRE(chain);
        return *chain;
    };
    CHECK(follow(lines).records == 7);
    CHECK(follow(lines).torn == 1);
    CHECK(follow(lines).breaks.empty());
    CHECK(follow(lines).last_sha256 == sha256_hex(lines.back()));
    auto changed = lines;
    changed[2][10] ^= 1;
    CHECK(follow(changed).breaks == std::vector<std::size_t>{4});
    auto shorter = lines;
    shorter.erase(shorter.begin() + 3);
    CHECK(follow(shorter).breaks == std::vector<std::size_t>{4});
    shorter = {lines.begin() + 1, lines.end()};
    CHECK(follow(shorter).breaks == std::vector<std::size_t>{1});
    std::string before;
    for (const auto& line : lines) {
        const auto record = nlohmann::json::parse(line, nullptr, false);
        if (record.is_object())
            CHECK(record["prev_sha256"] == (before.empty() ? "" : sha256_hex(before)));
        before = line;
    }
}
