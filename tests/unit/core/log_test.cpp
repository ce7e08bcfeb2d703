// What a log line holds: our words as they are.
#include "core/foreign_text.hpp"
#include "core/log.hpp"
#include "core/secret.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch.hpp"

#include <fstream>
#include <iterator>

using namespace rdpsweep;

TEST_CASE("log_line: words of others are redacted, ours are not", "[log]") {
    const Scratch scratch;
    const auto path = scratch.path("log");
    REQUIRE(open_log(path, LogLevel::debug));
    const Secret wrong("wrong");
    const Secret secret("hunter2-Passw0rd");
    log_line(
        {LogLevel::info, "vm1", "authenticate", "wrong user or password"},
        {{"said", foreign_text("no hunter2%2dPassw0rd")}, {"name", foreign_text("it is wrong")}}
    );
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    CHECK(
        text.substr(text.find(" info ")) ==
        " info host=vm1 phase=authenticate wrong user or password said=no [redacted] "
        "name=[withheld: it may hold a secret]\n"
    );
}
