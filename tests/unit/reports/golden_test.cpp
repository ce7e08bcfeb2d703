// The reports of a few small fleets, byte for byte. scripts/renew_goldens.sh writes the files anew.
#include "tests/support/catch.hpp"
#include "tests/support/golden_reports.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

using namespace rdpsweep;

namespace {

const std::filesystem::path folder{RDPSWEEP_SOURCE_DIR "/tests/golden/reports"};

std::string bytes_of(const std::filesystem::path& path) {
    std::ostringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    return bytes.str();
}

} // namespace

TEST_CASE("golden: every report is what its file says", "[report]") {
    for (const auto& golden : test::golden_reports()) {
        INFO(golden.file << ": if the change is meant, scripts/renew_goldens.sh");
        REQUIRE(std::filesystem::exists(folder / golden.file));
        CHECK(golden.text() == bytes_of(folder / golden.file));
    }
}

TEST_CASE("golden: every file is compared", "[report]") {
    std::set<std::string> compared;
    for (const auto& golden : test::golden_reports())
        CHECK(compared.insert(golden.file).second);
    std::set<std::string> there;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        there.insert(entry.path().filename().string());
    CHECK(compared == there);
}
