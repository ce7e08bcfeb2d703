// Tests of what can be said of the collector script without running it.
#include "core/text.hpp"
#include "probes/collect/collector.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

using namespace rdpsweep;

TEST_CASE("collector: the embedded bytes are those of the file", "[collect]") {
    std::ifstream file(RDPSWEEP_SOURCE_DIR "/probes/collect/collector.ps1", std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    REQUIRE_FALSE(bytes.empty());
    CHECK(collector_script() == bytes);
}

TEST_CASE("collector: plain ASCII, narrow enough to read, small enough to send", "[collect]") {
    const std::string_view script = collector_script();
    CHECK(std::all_of(script.begin(), script.end(), [](char c) {
        return c == '\n' || (c >= ' ' && c <= '~');
    }));
    CHECK(script.size() < 47'500); // docs/unverified.md: a script of 48 KB is accepted
    for (const std::string& line : split(script, '\n'))
        CHECK(line.size() <= 110);
}

// The engine tests walk the syntax tree; this one needs no PowerShell.
TEST_CASE(
    "collector: no command that changes the host, none newer than PowerShell 2", "[collect]"
) {
    const std::string script = ascii_lower(collector_script());
    for (const std::string_view word :
         {"set-",      "new-item",     "remove-",     "start-",       "stop-",
          "restart-",  "add-type",     "out-file",    "import-",      "invoke-expression",
          "setvalue",  "createsubkey", "deletevalue", "deletesubkey", "writeall",
          "setaccess", "movefile",     "convertto-",  "[ordered]",    "[pscustomobject]",
          "::new(",    " -in ",        "-shl",        "-shr",         "reg.exe",
          "takeown",   "icacls",       "invoke-cim",  "invoke-wmi"}) {
        INFO(word);
        CHECK(script.find(word) == std::string::npos);
    }
}
