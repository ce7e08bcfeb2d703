// The reports of one small fleet, byte for byte. Set RDPSWEEP_BLESS=1 to rewrite the files after a
// change that was meant.
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace rdpsweep;

namespace {

void check_golden(const std::string& file, const std::string& text) {
    const auto path = std::string(RDPSWEEP_SOURCE_DIR "/tests/golden/reports/") + file;
    if (std::getenv("RDPSWEEP_BLESS") != nullptr) std::ofstream(path, std::ios::binary) << text;
    // After a change that is meant: run once with this set, and read the difference.
    if (std::getenv("RDPSWEEP_WRITE_GOLDEN") != nullptr) std::ofstream(path) << text;
    std::ostringstream golden;
    golden << std::ifstream(path, std::ios::binary).rdbuf();
    INFO(path);
    CHECK(text == golden.str());
}

} // namespace

TEST_CASE("golden: the final screen", "[report]") {
    check_golden("mixed.txt", test::render("text", test::mixed_fleet()));
    check_golden(
        "small.txt", test::render("text", {test::broken_key_host(1), test::mixed_fleet()[7]})
    );
    check_golden("hostile.txt", test::render("text", {test::hostile_host(0)}));
}

TEST_CASE("golden: the formats for other programs", "[report]") {
    check_golden("mixed.csv", test::render("csv", test::mixed_fleet()));
    check_golden("mixed.junit.xml", test::render("junit", test::mixed_fleet()));
    check_golden("mixed.md", test::render("markdown", test::mixed_fleet()));
    check_golden("mixed.prom", test::render("prometheus", test::mixed_fleet()));
    check_golden("mixed.sarif", test::render("sarif", test::mixed_fleet()));
}

TEST_CASE("golden: the final screen in Traditional Chinese", "[report]") {
    const auto& chinese = Catalogue::built_in("zh-TW");
    check_golden(
        "mixed.zh-TW.txt", test::render("text", test::Hosts(test::mixed_fleet()), chinese)
    );
}

TEST_CASE("golden: the JSON reports", "[report]") {
    check_golden("mixed.json", test::render("json", test::mixed_fleet()));
    check_golden("mixed.jsonl", test::render("jsonl", test::mixed_fleet()));
}
