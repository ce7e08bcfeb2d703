// A scope that logs on needs credentials, one that only looks its targets up does not.
#include "scanner/scope/load_scope.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

TEST_CASE("load_scope: only who logs on needs a credential", "[scope]") {
    Speaker speaker(true);
    ScopeOptions scope;
    scope.targets = {"a=10.0.0.1"};
    CHECK_FALSE(load_scope(scope, speaker));
    auto found = load_scope(scope, speaker, ScopeUse::look_up);
    REQUIRE(found);
    REQUIRE(found->targets.size() == 1);
    CHECK(found->targets[0].name == "a");
    CHECK(found->targets[0].route == std::vector<std::string>{"winrm"});
}

TEST_CASE("load_scope: a mistake is one for both", "[scope]") {
    Speaker speaker(true);
    ScopeOptions scope;
    scope.targets = {"not an address"};
    CHECK_FALSE(load_scope(scope, speaker, ScopeUse::look_up));
}
