#include "scanner/scope/resolve_scope.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/inventory/read_inventory.hpp"
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
    CHECK(targets[0].route == std::vector<std::string>{"winrm"});
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
        scope.inventories = {scratch.file("hosts", "[web]\n")};
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
            CHECK(target.route == std::vector<std::string>{"rdp"});
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

TEST_CASE("scope: --select and --pick choose, in this order", "[inventory][select]") {
    ScopeOptions scope;
    for (int i = 0; i < 40; ++i)
        scope.targets.push_back(
            (i % 2 == 0 ? "web-" : "sql-") + std::to_string(i) + "=10.0.0." + std::to_string(i)
        );
    scope.select = "web-*";
    scope.pick = 5;
    scope.seed = 7;
    const auto first = resolve(scope);
    REQUIRE(first.problems.empty());
    REQUIRE(first.inventory.targets.size() == 5);
    for (const auto& target : first.inventory.targets)
        CHECK(target.name.starts_with("web-"));
    CHECK(std::is_sorted(
        first.inventory.targets.begin(),
        first.inventory.targets.end(),
        [](const Target& a, const Target& b) {
            return std::stoi(a.name.substr(4)) < std::stoi(b.name.substr(4));
        }
    ));
    REQUIRE(first.inventory.notes.size() == 1);
    CHECK(
        first.inventory.notes[0] ==
        "picked 5 of 20 targets at random; --seed 7 picks the same again"
    );
    const auto names = [](const ReadInventory& read) {
        std::string list;
        for (const auto& target : read.inventory.targets)
            list += target.name + ' ';
        return list;
    };
    CHECK(names(resolve(scope)) == names(first));
    scope.seed = 8;
    CHECK(names(resolve(scope)) != names(first));
    scope.seed.reset();
    const auto any = resolve(scope);
    REQUIRE(any.inventory.seed);
    scope.seed = any.inventory.seed;
    CHECK(names(resolve(scope)) == names(any));
}

TEST_CASE(
    "scope: a selection that matches nothing says so, a wrong one is a mistake",
    "[inventory][select]"
) {
    ScopeOptions scope;
    scope.targets = {"a=10.0.0.1"};
    scope.select = "b";
    const auto none = resolve(scope);
    CHECK(none.problems.empty());
    CHECK(none.inventory.targets.empty());
    REQUIRE(none.inventory.notes.size() == 1);
    CHECK(none.inventory.notes[0] == "--select \"b\" matches none of 1 targets");
    scope.select = "b &";
    CHECK(resolve(scope).complaint().find("command line: --select") == 0);
}

TEST_CASE("scope: groups of a YAML inventory can be selected", "[inventory][select]") {
    const Scratch scratch;
    ScopeOptions scope;
    scope.inventories = {scratch.file(
        "f.yaml",
        "version: 1\ntargets: [ {name: a, address: 10.0.0.1}, {name: b, address: 10.0.0.2} ]\n"
        "groups: [ {name: emea, targets: [b]} ]\n"
    )};
    scope.select = "group:emea";
    const auto read = resolve(scope);
    REQUIRE(read.inventory.targets.size() == 1);
    CHECK(read.inventory.targets[0].name == "b");
}

TEST_CASE("scope: prefixes and endings tell the kind of an inventory", "[inventory]") {
    const Scratch scratch;
    const auto ini =
        scratch.file("hosts", "[web]\na ansible_host=10.0.0.1 ansible_connection=winrm\n");
    const auto xml = scratch.file(
        "scan",
        "<nmaprun><host><status state='up'/><address addr='10.0.0.2' "
        "addrtype='ipv4'/></host></nmaprun>"
    );
    const auto lines = scratch.file("print", "#!/bin/sh\necho b=10.0.0.3\n", 0700);
    ScopeOptions scope;
    scope.inventories = {"ansible:" + ini, "nmap:" + xml, "exec:" + lines};
    const auto read = resolve(scope);
    CAPTURE(read.complaints());
    REQUIRE(read.inventory.targets.size() == 3);
    scope.inventories = {ini};
    CHECK(resolve(scope).cure().find("ansible:FILE") != std::string::npos);
}

TEST_CASE("scope: programs are bounded, and their failures told", "[inventory]") {
    const Scratch scratch;
    const auto complaint = [&](const std::string& body) {
        ScopeOptions scope;
        scope.inventories = {"exec:" + scratch.file("p", "#!/bin/sh\n" + body + "\n", 0700)};
        return resolve(scope).complaint();
    };
    CHECK(complaint("exit 3").find("exit status 3") != std::string::npos);
    CHECK(complaint("kill -9 $$").find("signal 9") != std::string::npos);
    CHECK(complaint("echo '{\"a\":'").find("--list") != std::string::npos);
    CHECK(complaint("echo 'not a target'").find("p:1:1") != std::string::npos);
    CHECK(
        complaint("exec head -c 70000000 /dev/zero").find("prints too much") != std::string::npos
    );
    ScopeOptions scope;
    scope.inventories = {"exec:/no/such/program"};
    CHECK(resolve(scope).complaint().find("cannot start") != std::string::npos);
    scope.inventories = {"exec: "};
    CHECK(resolve(scope).complaint().find("names no program") != std::string::npos);
    // No shell: what looks like one is an argument; alone, a program is asked for its --list.
    scope.inventories = {
        "exec:" +
        scratch.file(
            "args", "#!/bin/sh\nfor a; do echo \"# $a\"; done\necho \"n$#=10.0.0.1\"\n", 0700
        ) +
        " a;b $HOME"};
    CHECK(resolve(scope).inventory.targets.at(0).name == "n2");
}

TEST_CASE("scope: --exclude leaves out, and says when it does not", "[inventory][select]") {
    ScopeOptions scope;
    scope.targets = {"web=10.0.0.1", "dc1=10.0.0.2", "dc2=10.0.0.3"};
    scope.select = "!name:dc2";
    scope.exclude = "dc*";
    const auto read = resolve(scope);
    REQUIRE(read.inventory.targets.size() == 1);
    CHECK(read.inventory.targets[0].name == "web");
    CHECK(read.inventory.notes.empty());
    scope.exclude = "cd*";
    const auto none = resolve(scope);
    CHECK(none.inventory.targets.size() == 2);
    CHECK(
        none.inventory.notes ==
        std::vector<std::string>{"--exclude \"cd*\" matches none of 2 targets"}
    );
    scope.exclude = "b &";
    CHECK(
        resolve(scope).complaint() ==
        "command line: --exclude \"b &\", column 4: it lacks a term here"
    );
}

TEST_CASE(
    "scope: what the command line or our own defaults say stands in for a foreign inventory",
    "[inventory][ansible]"
) {
    const Scratch scratch;
    const auto ini = scratch.file("hosts", "a ansible_host=10.0.0.1 ansible_user='{{ u }}'\n");
    const auto route =
        scratch.file("route.yaml", "version: 1\ndefaults: { route: [rdp] }\ntargets: []\n");
    const auto account = scratch.file(
        "account.yaml",
        "version: 1\ncredentials: { c: { username: u, password: { env: X } } }\n"
        "defaults: { route: [winrm], credential: c }\ntargets: []\n"
    );
    ScopeOptions scope;
    scope.inventories = {"ansible:" + ini};
    CHECK(resolve(scope).inventory.targets.empty()); // to Ansible it is reached by SSH
    CHECK(resolve(scope).complaints().empty());
    scope.inventories = {"ansible:" + ini, route};
    CHECK(resolve(scope).inventory.targets.at(0).route == std::vector<std::string>{"rdp"});
    scope.inventories = {"ansible:" + ini, account};
    const auto read = resolve(scope);
    CHECK(read.inventory.targets.at(0).credential == "c");
    scope.inventories = {"ansible:" + ini};
    scope.transports = {"winrm"};
    CHECK(resolve(scope).complaint().find("ansible_user is a template") != std::string::npos);
    scope.credential.kerberos = true;
    CHECK(resolve(scope).inventory.targets.at(0).credential == "command line");
}

TEST_CASE("scope: texts of PowerShell are read in every format", "[inventory][encoding]") {
    const Scratch scratch;
    const auto wide = [](const std::string& text) {
        std::string bytes = "\xFF\xFE";
        for (const char c : text) {
            bytes += c;
            bytes += '\0';
        }
        return bytes;
    };
    ScopeOptions scope;
    scope.inventories = {
        scratch.file("a.txt", wide("a=10.0.0.1\r\n")),
        scratch.file("b.csv", wide("name,address\r\nb,10.0.0.2\r\n")),
        scratch.file(
            "c.yaml", wide("version: 1\r\ntargets: [ { name: c, address: 10.0.0.3 } ]\r\n")
        ),
        scratch.file(
            "d.xml",
            wide("<nmaprun><host><status state='up'/><address addr='10.0.0.4' addrtype='ipv4'/>"
                 "</host></nmaprun>")
        ),
        scratch.file("e.ini", wide("e ansible_host=10.0.0.5 ansible_connection=winrm\r\n"))};
    const auto read = resolve(scope);
    CAPTURE(read.complaints());
    REQUIRE(read.inventory.targets.size() == 5);
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(read.inventory.targets[i].address == "10.0.0." + std::to_string(i + 1));
    REQUIRE(read.inventory.notes.size() == 1);
    CHECK(
        read.inventory.notes[0].find("read without ansible-inventory, and so without group_vars, "
                                     "host_vars and the vault: it reads nothing but UTF-8"
        ) != std::string::npos
    );
}
