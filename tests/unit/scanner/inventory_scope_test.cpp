#include "scanner/inventory/scope.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/read_inventory.hpp"
#include "tests/unit/scanner/scratch.hpp"

using namespace rdpsweep;

namespace {

ReadInventory resolve(const ScopeOptions& scope) {
    ReadInventory result;
    result.inventory = resolve_scope(scope, test_transports, result.problems);
    return result;
}

constexpr auto fleet = "version: 1\n"
                       "credentials: { fleet: { username: u, password: { env: X } } }\n"
                       "defaults: { credential: fleet, winrm: { port: 15986 } }\n"
                       "targets: [ { name: web-01, address: 10.1.0.4 } ]\n";

} // namespace

TEST_CASE("lines: hosts, ports, names and comments", "[inventory]") {
    const auto result = read_inventory(
        read_lines,
        "# all of them\n\n10.1.0.4\nweb:15986   # a comment\r\n sql = 10.1.0.9 "
        "\ndb=[fd00::1]:99\na#b=1.2.3.4\n=x=y=1.2.3.5",
        "stdin"
    );
    CAPTURE(result.complaints());
    REQUIRE(result.problems.empty());
    const auto& targets = result.inventory.targets;
    REQUIRE(targets.size() == 6);
    CHECK(targets[0].name == "10.1.0.4");
    CHECK(targets[0].ladder == std::vector<std::string>{"winrm"});
    CHECK(targets[1].winrm.port == 15986);
    CHECK(targets[2].name == "sql");
    CHECK(targets[2].address == "10.1.0.9");
    CHECK(targets[2].origin == "stdin:5:2");
    CHECK(targets[3].address == "fd00::1");
    CHECK(targets[3].winrm.port == 99);
    CHECK(targets[4].name == "a#b");
    CHECK(targets[5].name == "=x=y");
}

TEST_CASE("lines: each mistake is told with its place", "[inventory]") {
    const auto result =
        read_inventory(read_lines, "ok\n  not ok\n=10.0.0.1\nx=\nhttp://y\n", "stdin");
    CHECK(
        result.complaints() ==
        std::vector<std::string>{
            "stdin:2:3: \"not ok\" is not an address",
            "stdin:3:1: the name is empty",
            "stdin:4:1: \"\" is not an address",
            "stdin:5:1: \"http://y\" is not an address",
        }
    );
}

TEST_CASE("scope: sources are merged, and loose targets take the file's defaults", "[inventory]") {
    const Scratch scratch;
    ScopeOptions scope;
    scope.inventories = {
        scratch.file("fleet.yaml", fleet),
        scratch.file("more.csv", "name,address\ncsv-01,10.1.0.5\n")};
    scope.targets = {"line-01=10.1.0.6", "10.1.0.7:443"};
    const auto result = resolve(scope);
    CAPTURE(result.complaints());
    REQUIRE(result.problems.empty());
    const auto& targets = result.inventory.targets;
    REQUIRE(targets.size() == 4);
    for (const auto& target : targets)
        CHECK(target.credential == "fleet");
    CHECK(targets[1].winrm.port == 15986);
    CHECK(targets[2].winrm.port == 15986);
    CHECK(targets[3].winrm.port == 443);
    CHECK(targets[3].origin == "command line");
}

TEST_CASE("scope: a target given twice is told with both places", "[inventory]") {
    const Scratch scratch;
    ScopeOptions scope;
    scope.inventories = {scratch.file("fleet.yaml", fleet)};
    SECTION("the same name") {
        scope.targets = {"WEB-01=10.1.0.99"};
        CHECK_THAT(
            resolve(scope).complaint(),
            Catch::StartsWith("command line: the target \"WEB-01\" is already defined at ") &&
                Catch::EndsWith("fleet.yaml:4:12")
        );
    }
    SECTION("the same address and port") {
        scope.targets = {"other=10.1.0.4:15986"};
        CHECK_THAT(
            resolve(scope).complaint(), Catch::Contains("same address and port as \"web-01\"")
        );
    }
    SECTION("the same address on another port is another VM behind one gateway") {
        scope.targets = {"other=10.1.0.4:15987"};
        CHECK(resolve(scope).problems.empty());
    }
    SECTION("the same file twice") {
        scope.inventories.push_back(scope.inventories[0]);
        const auto result = resolve(scope);
        REQUIRE_FALSE(result.problems.empty());
        CHECK_THAT(result.complaint(), Catch::Contains("credential \"fleet\" is already defined"));
    }
}

TEST_CASE("scope: files that cannot be read are told", "[inventory]") {
    const Scratch scratch;
    ScopeOptions scope;
    SECTION("absent") {
        scope.inventories = {scratch.path("no.yaml")};
        CHECK_THAT(resolve(scope).complaint(), Catch::Contains("No such file"));
    }
    SECTION("a folder") {
        std::filesystem::create_directory(scratch.path("dir.yaml"));
        scope.inventories = {scratch.path("dir.yaml")};
        CHECK_THAT(resolve(scope).complaint(), Catch::Contains("Is a directory"));
    }
    SECTION("an unknown ending") {
        scope.inventories = {scratch.file("hosts.ini", "[web]\n")};
        CHECK_THAT(resolve(scope).complaint(), Catch::Contains("names no inventory format"));
    }
    SECTION("stdin twice") {
        scope.inventories = {"-", "-"};
        CHECK_THAT(resolve(scope).complaint(), Catch::Contains("stdin can be read only once"));
    }
}

TEST_CASE("scope: the command line overrides route, credential and number", "[inventory]") {
    const Scratch scratch;
    ScopeOptions scope;
    scope.inventories = {scratch.file("fleet.yaml", fleet)};
    scope.targets = {"b", "c"};
    SECTION("route") {
        scope.transports = {"rdp"};
        for (const auto& target : resolve(scope).inventory.targets) {
            CHECK(target.ladder == std::vector<std::string>{"rdp"});
        }
    }
    SECTION("limit") {
        scope.limit = 2;
        CHECK(resolve(scope).inventory.targets.size() == 2);
    }
    SECTION("user") {
        scope.credential.user = "CORP\\me";
        scope.credential.password_env = "PW";
        const auto result = resolve(scope);
        REQUIRE(result.problems.empty());
        for (const auto& target : result.inventory.targets) {
            CHECK(target.credential == command_line_credential);
        }
        const auto& spec = result.inventory.credentials.back();
        CHECK(spec.username == "CORP\\me");
        CHECK(std::get<FromEnvironment>(spec.password).variable == "PW");
    }
    SECTION("an unknown credential") {
        scope.credential.name = "flet";
        const auto result = resolve(scope);
        CHECK_THAT(result.complaint(), Catch::Contains("no credential is named \"flet\""));
        CHECK(result.cure() == "did you mean \"fleet\"?");
    }
}

TEST_CASE(
    "scope: logging in needs a credential, a handshake from outside does not", "[inventory]"
) {
    ScopeOptions scope;
    scope.targets = {"a", "b"};
    auto result = resolve(scope);
    REQUIRE(result.problems.empty());
    require_credentials(result.inventory, result.problems);
    CHECK(
        result.complaints() ==
        std::vector<std::string>{
            "command line: \"a\" has no credential, which winrm needs",
            "command line: \"b\" has no credential, which winrm needs",
        }
    );
    scope.transports = {"rdp"};
    auto outside = resolve(scope);
    require_credentials(outside.inventory, outside.problems);
    CHECK(outside.problems.empty());
}
