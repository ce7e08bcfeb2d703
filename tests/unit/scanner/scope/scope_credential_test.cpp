// Which credential a target has after the command line had its say, and which one needs it.
#include "scanner/scope/scope_credential.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

Target target(const std::string& name, std::vector<std::string> route) {
    Target made;
    made.name = name;
    made.origin = "fleet.yaml:1:1";
    made.route = std::move(route);
    return made;
}

Inventory fleet() {
    Inventory inventory;
    inventory.targets = {target("a", {"winrm"}), target("b", {"ssh"})};
    inventory.targets[0].credential = "known";
    CredentialSpec spec;
    spec.name = "known";
    inventory.credentials = {spec};
    return inventory;
}

} // namespace

TEST_CASE("credential: nothing given leaves each target its own", "[scope]") {
    Problems problems;
    auto inventory = fleet();
    assign_credential({}, inventory, problems);
    CHECK(inventory.targets[0].credential == "known");
    CHECK(inventory.targets[1].credential.empty());
    CHECK(inventory.credentials.size() == 1);
}

TEST_CASE("credential: a name of the inventory is that of every target", "[scope]") {
    Problems problems;
    auto inventory = fleet();
    CommandLineCredential given;
    given.name = "known";
    assign_credential(given, inventory, problems);
    CHECK(inventory.targets[1].credential == "known");
    given.name = "unknown";
    assign_credential(given, inventory, problems);
    REQUIRE(problems.list().size() == 1);
    CHECK(problems.list()[0].what == "--credential: no credential is named \"unknown\"");
    CHECK(inventory.targets[1].credential == "known");
}

TEST_CASE("credential: --user and --kerberos make one of their own", "[scope]") {
    Problems problems;
    auto inventory = fleet();
    CommandLineCredential given;
    SECTION("user") {
        given.user = "CORP\\me";
        given.password_file = "/pw";
    }
    SECTION("a credential of the unit") {
        given.user = "CORP\\me";
        given.password_systemd = "fleet";
    }
    SECTION("tickets") {
        given.kerberos = true;
    }
    assign_credential(given, inventory, problems);
    REQUIRE(problems.empty());
    CHECK(inventory.targets[0].credential == command_line_credential);
    const auto& made = inventory.credentials.back();
    CHECK(made.name == command_line_credential);
    CHECK(made.username == given.user);
    CHECK(made.kerberos == given.kerberos);
    const auto* of_unit = std::get_if<FromSystemd>(&made.password);
    CHECK((of_unit == nullptr ? "" : of_unit->name) == given.password_systemd);
}

TEST_CASE("credential: a target needs one when a transport of its route logs on", "[scope]") {
    CHECK(needs_credential(target("a", {"rdp", "ssh"})));
    CHECK(needs_credential(target("a", {"serial"})));
    CHECK_FALSE(needs_credential(target("a", {"rdp", "run-command"})));
    CHECK_FALSE(needs_credential(target("a", {})));
    auto skipped = target("a", {"winrm"});
    skipped.skip = "it does not run";
    CHECK_FALSE(needs_credential(skipped));
}

TEST_CASE("credential: who lacks one is told with the transport that asks for it", "[scope]") {
    Problems problems;
    Inventory inventory;
    inventory.targets = {target("a", {"rdp", "ssh", "winrm"}), target("b", {"run-command"})};
    require_credentials(inventory, problems);
    REQUIRE(problems.list().size() == 1);
    CHECK(problems.list()[0].what == "\"a\" has no credential, which ssh needs");
    CHECK(problems.list()[0].where == "fleet.yaml:1:1");
}
