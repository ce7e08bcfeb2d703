// What a program that we start is told, and what it is not.
#include "scanner/system/child_environment.hpp"
#include "scanner/system/child_process.hpp"
#include "tests/support/catch.hpp"

#include <cstdlib>

using namespace rdpsweep;

namespace {

// Returns whether a real child has the variable.
bool child_has(const std::string& variable) {
    const auto text = run_program({"env"}, {}, "env");
    REQUIRE(text);
    return ("\n" + *text).find("\n" + variable + "=") != std::string::npos;
}

} // namespace

TEST_CASE("child environment: secrets of ours stay with us, the rest goes on", "[system]") {
    for (const char* name : {"RDPSWEEP_PASSWORD", "AZURE_CLIENT_SECRET", "IDENTITY_HEADER"}) {
        setenv(name, "secret", 1);
        CHECK_FALSE(child_has(name));
        unsetenv(name);
    }
    setenv("RDPSWEEP_TEST_VAULT", "one", 1);
    setenv("RDPSWEEP_TEST_VAULT_TOKEN", "two", 1);
    CHECK(child_has("PATH"));
    CHECK(child_has("RDPSWEEP_TEST_VAULT"));
    hide_from_children("RDPSWEEP_TEST_VAULT");
    CHECK_FALSE(child_has("RDPSWEEP_TEST_VAULT"));
    CHECK(child_has("RDPSWEEP_TEST_VAULT_TOKEN")); // a longer name is another variable
    unsetenv("RDPSWEEP_TEST_VAULT");
    unsetenv("RDPSWEEP_TEST_VAULT_TOKEN");
}
