#include "scanner/inventory/yaml_tree.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/inventory/read_inventory.hpp"

using namespace rdpsweep;
using namespace std::chrono_literals;

namespace {

ReadInventory read(std::string_view text) {
    return read_inventory(read_yaml, text, "fleet.yaml");
}

// One target behind the version line: its text starts at line 3.
ReadInventory read_target(const std::string& target) {
    return read("version: 1\ntargets:\n" + target + "\n");
}

constexpr auto full = R"(version: 1
credentials:
  fleet:   { username: 'CORP\svc', password: { env: RDPSWEEP_PASSWORD } }
  local:   { username: admin, password: { file: secrets/pw }, ssh_key: ~/.ssh/id, ssh_passphrase: { systemd: key-words } }
  vault:   { username: v, password: { command: [az, keyvault, 'a b'] } }
  asked:   { username: a, password: { prompt: true } }
  tickets: { kerberos: { ccache: 'FILE:/tmp/cc' } }
defaults:
  route: [winrm]
  credential: fleet
  deadline: 120s
  winrm: { port: 15986, auth: ntlm }
  tags: {team: core, env: none}
targets:
  - { name: web-01, address: 10.1.0.4, tags: {env: prod} }
  - name: gw-01
    address: gw.corp
    credential: tickets
    deadline: 2m
    rdp: { port: 33890 }
    winrm: { port: 5986, scheme: https, auth: kerberos, channel_bindings: false, spn_service: WSMAN,
             tls: { pin: 'sha256:AB:AB:abababababababababababababababababababababababababababababab'
                    , legacy: true } }
  - { name: dc-01, vm: /subscriptions/S/resourceGroups/R/providers/Microsoft.Compute/virtualMachines/DC-01, address: 10.1.0.5 }
groups: [ { name: emea, targets: [web-01, dc-01], tags: {region: emea, env: group} } ]
limits: [ { scope: subnet, max_in_flight: 64 }, { scope: credential, max_auth_failures: 3 } ]
)";

} // namespace

TEST_CASE("inventory: everything that can be said is understood", "[inventory]") {
    const auto result = read(full);
    CAPTURE(result.complaints());
    REQUIRE(result.problems.empty());
    const auto& targets = result.inventory.targets;
    const auto& credentials = result.inventory.credentials;
    const auto& limits = result.inventory.limits;
    REQUIRE(targets.size() == 3);

    SECTION("defaults fill what a target leaves open") {
        const auto& web = targets[0];
        CHECK(web.id == "web-01");
        CHECK(web.address == "10.1.0.4");
        CHECK(web.route == std::vector<std::string>{"winrm"});
        CHECK(web.credential == "fleet");
        CHECK(web.deadline == 120s);
        CHECK(web.winrm.port == 15986);
        CHECK(web.winrm.auth == WinRmAuth::ntlm);
        CHECK(web.winrm.channel_bindings);
        CHECK(web.origin == "fleet.yaml:15:5");
    }
    SECTION("a target's own values overrule them") {
        const auto& gw = targets[1];
        CHECK(gw.credential == "tickets");
        CHECK(gw.deadline == 2min);
        CHECK(gw.rdp_port == 33890);
        CHECK(gw.winrm.port == 5986);
        CHECK(gw.winrm.auth == WinRmAuth::kerberos);
        CHECK_FALSE(gw.winrm.channel_bindings);
        CHECK(gw.winrm.spn_service == "WSMAN");
        CHECK(gw.winrm.legacy_tls);
        CHECK(gw.winrm.pin_sha256.size() == 64);
        CHECK(gw.winrm.pin_sha256.substr(0, 8) == "abababab");
    }
    SECTION("an ARM id is the target's id, lower-cased") {
        CHECK(targets[2].id.find("/virtualmachines/dc-01") != std::string::npos);
        CHECK(targets[2].vm.find("/virtualMachines/DC-01") != std::string::npos);
    }
    SECTION("tags: the target's, then the group's, then the defaults'") {
        CHECK(targets[0].tags.at("env") == "prod");
        CHECK(targets[0].tags.at("region") == "emea");
        CHECK(targets[0].tags.at("team") == "core");
        CHECK(targets[1].tags.count("region") == 0);
        CHECK(targets[1].tags.at("env") == "none");
        CHECK(targets[2].tags.at("env") == "group");
    }
    SECTION("credentials are references") {
        REQUIRE(credentials.size() == 5);
        CHECK(credentials[0].username == "CORP\\svc");
        CHECK(std::get<FromEnvironment>(credentials[0].password).variable == "RDPSWEEP_PASSWORD");
        CHECK(std::get<FromFile>(credentials[1].password).path == "/etc/fleet/secrets/pw");
        CHECK(credentials[1].ssh_key.find("/.ssh/id") != std::string::npos);
        CHECK(
            std::get<FromCommand>(credentials[2].password).argv ==
            std::vector<std::string>{"az", "keyvault", "a b"}
        );
        CHECK(std::get<FromSystemd>(credentials[1].ssh_passphrase).name == "key-words");
        CHECK(std::holds_alternative<FromPrompt>(credentials[3].password));
        CHECK(credentials[4].kerberos);
        CHECK(credentials[4].ccache == "FILE:/tmp/cc");
    }
    SECTION("limits") {
        REQUIRE(limits.size() == 2);
        CHECK(limits[0].range == LimitRange::subnet);
        CHECK(limits[0].max_in_flight == 64u);
        CHECK(limits[1].max_auth_failures == 3u);
    }
}

TEST_CASE("inventory: each mistake is told with its place", "[inventory]") {
    struct Case {
        const char* target; // from line 3 on
        const char* complaint;
        const char* cure; // a part of it
    };

    const auto all = std::vector<Case>{
        {"  - { name: a, adress: b }",
         "fleet.yaml:3:16: unknown key \"adress\" in a target",
         "did you mean \"address\"?"},
        {"  - { name: a, address: b, zzzzzz: 1 }",
         "fleet.yaml:3:28: unknown key \"zzzzzz\" in a target",
         "known keys: name, address"},
        {"  - web-01", "fleet.yaml:3:5: a target must be a map, not text", "its keys: name"},
        {"  - { name: [a], address: b }", "fleet.yaml:3:13: name must be text, not a list", ""},
        {"  - { name: '', address: b }", "fleet.yaml:3:13: the name is empty", ""},
        {"  - { name: a, address: 10.0.0.300 }",
         "fleet.yaml:3:25: \"10.0.0.300\" is neither an IP address nor a DNS name",
         "10.1.0.4"},
        {"  - { name: a, address: '10.0.0.3:5986' }",
         "fleet.yaml:3:25: the address \"10.0.0.3:5986\" holds a port",
         "winrm: { port: 5986 }"},
        {"  - { name: a }", "fleet.yaml:3:5: the target \"a\" has no address", "add address:"},
        {"  - { tags: {a: b} }", "fleet.yaml:3:5: a target has neither a name nor an address", ""},
        {"  - { name: a, address: b, route: [winrn] }",
         "fleet.yaml:3:35: this version has no transport \"winrn\"",
         "did you mean \"winrm\"?"},
        {"  - { name: a, address: b, route: [winrm, winrm] }",
         "fleet.yaml:3:35: the route names \"winrm\" twice",
         ""},
        {"  - { name: a, address: b, route: [] }",
         "fleet.yaml:3:35: a route names 1 to 8 transports",
         ""},
        {"  - { name: a, address: b, route: {x: y} }",
         "fleet.yaml:3:35: route must be a list of texts",
         ""},
        {"  - { name: a, address: b, credential: nobody }",
         "fleet.yaml:3:5: no credential is named \"nobody\"",
         "define it"},
        {"  - { name: a, address: b, deadline: 30 }",
         "fleet.yaml:3:38: \"30\" is not a duration",
         "90s"},
        {"  - { name: a, address: b, rdp: { port: 0 } }",
         "fleet.yaml:3:41: the RDP port must be a number from 1 to 65535, not \"0\"",
         ""},
        {"  - { name: a, address: b, winrm: { port: x } }",
         "fleet.yaml:3:43: the WinRM port must be a number from 1 to 65535, not \"x\"",
         ""},
        {"  - { name: a, address: b, winrm: { scheme: http, auth: basic } }",
         "fleet.yaml:3:5: \"a\" would send a password in clear: Basic over HTTP",
         "negotiate"},
        {"  - { name: a, address: b, winrm: { port: 5985, auth: basic } }",
         "fleet.yaml:3:5: \"a\" would send a password in clear: Basic over HTTP",
         "https"},
        {"  - { name: a, address: b, winrm: { scheme: ftp } }",
         "fleet.yaml:3:45: the scheme must be https or http, not \"ftp\"",
         ""},
        {"  - { name: a, address: b, winrm: { http_port: x } }",
         "fleet.yaml:3:48: the http_port must be a number from 1 to 65535, not \"x\"",
         ""},
        {"  - { name: a, address: b, winrm: { http_fallback: yes } }",
         "fleet.yaml:3:52: http_fallback must be never, kerberos or any, not \"yes\"",
         ""},
        {"  - { name: a, address: b, winrm: { auth: negotiat } }",
         "fleet.yaml:3:43: unknown auth \"negotiat\"",
         "did you mean \"negotiate\"?"},
        {"  - { name: a, address: b, winrm: { tls: { pin: abc } } }",
         "fleet.yaml:3:49: the pin \"abc\" is not sha256: and 64 hex digits",
         "openssl"},
        {"  - { name: a, address: b, winrm: { tls: { legacy: maybe } } }",
         "fleet.yaml:3:52: tls legacy must be true or false, not \"maybe\"",
         ""},
        {"  - { name: a, address: b, winrm: { spn_service: 'a/b' } }",
         "fleet.yaml:3:50: spn_service must be a service class",
         ""},
        {"  - { name: a, address: b, winrm: 5986 }",
         "fleet.yaml:3:35: winrm must be a map, not text",
         "port"},
        {"  - { name: a, address: b, ssh: { port: 0 } }",
         "fleet.yaml:3:41: the SSH port must be a number from 1 to 65535, not \"0\"",
         ""},
        {"  - { name: a, address: b, ssh: { pin: 'sha256:00' } }",
         "fleet.yaml:3:40: the pin \"sha256:00\" is not a fingerprint such as SHA256:...",
         "ssh-keygen -lf"},
        {"  - { name: a, address: b, ssh: { user: ' ' } }", "fleet.yaml:3:41: the SSH user", ""},
        {"  - { name: a, address: b, ssh: { via: c } }",
         "fleet.yaml:3:5: no jump host is named \"c\"",
         "define it under jump_hosts:"},
        {"  - { name: a, address: b, tags: [x] }", "fleet.yaml:3:34: tags must be a map", ""},
        {"  - { name: a, address: b, tags: {x: [y]} }",
         "fleet.yaml:3:38: the tag \"x\" must be text",
         ""},
        {"  - { name: a, vm: web }",
         "fleet.yaml:3:20: \"web\" is not the ARM id of a virtual machine",
         "az vm show"},
        {"  - { name: a, name: b, address: c }",
         "fleet.yaml:3:16: the key \"name\" is given twice",
         ""},
        {"  - { name: a, address: b }\n  - { name: A, address: c }",
         "fleet.yaml:4:5: the target \"A\" is already defined at fleet.yaml:3:5",
         "remove"},
        {"  - { name: a, address: B.x }\n  - { name: c, address: b.X }",
         "fleet.yaml:4:5: \"c\" has the same address and port as \"a\" at fleet.yaml:3:5",
         ""},
    };
    for (const auto& one : all) {
        INFO(one.target);
        const auto result = read_target(one.target);
        CHECK_THAT(result.complaint(), Catch::StartsWith(one.complaint));
        CHECK_THAT(result.cure(), Catch::Contains(one.cure));
        CHECK(result.problems.list().size() == 1);
    }
}

TEST_CASE("inventory: mistakes outside the targets are told with their place", "[inventory]") {
    const auto all = std::vector<std::pair<const char*, const char*>>{
        {"", "fleet.yaml:1:1: the inventory is empty"},
        {"# nothing\n", "fleet.yaml:1:1: the inventory is empty"},
        {"targets: []\n", "fleet.yaml:1:1: the inventory does not say its version"},
        {"version: 2\n", "fleet.yaml:1:10: this rdpsweep reads version 1"},
        {"- a\n", "fleet.yaml:1:1: an inventory is a map, not a list"},
        {"just text\n", "fleet.yaml:1:1: an inventory is a map, not text"},
        {"version: 1\ntarget: []\n", "fleet.yaml:2:1: unknown key \"target\" in the inventory"},
        {"version: 1\ntargets: {a: b}\n", "fleet.yaml:2:10: targets must be a list, not a map"},
        {"version: 1\nversion: 1\n", "fleet.yaml:2:1: the key \"version\" is given twice"},
        {"version: 1\n---\nversion: 1\n", "fleet.yaml:2:1: a second YAML document"},
        {"version: 1\ntargets: [ { name: a\n", "fleet.yaml:"},
        {"version: 1\ndefaults: { name: a }\n",
         "fleet.yaml:2:13: unknown key \"name\" in defaults"},
        {"version: 1\ndefaults: { route: [ssh] }\n",
         "fleet.yaml:2:20: this version has no transport \"ssh\""},
        {"version: 1\ncredentials: [a]\n", "fleet.yaml:2:14: credentials must be a map of names"},
        {"version: 1\ncredentials: { a: { username: u, password: { en: X } } }\n",
         "fleet.yaml:2:46: unknown key \"en\" in a password"},
        {"version: 1\ncredentials: { a: { username: u, password: { env: A, file: B } } }\n",
         "fleet.yaml:2:44: a password has exactly one source"},
        {"version: 1\ncredentials: { a: { username: u, password: { systemd: ../pw } } }\n",
         "fleet.yaml:2:55: not the name of a credential of systemd"},
        {"version: 1\ncredentials: { a: { username: u, password: { systemd: x, file: y } } }\n",
         "fleet.yaml:2:44: a password has exactly one source"},
        {"version: 1\ncredentials: { a: { username: u, password: { env: 'A=B' } } }\n",
         "fleet.yaml:2:51: not the name of a variable"},
        {"version: 1\ncredentials: { a: { username: u, password: { command: 'az x' } } }\n",
         "fleet.yaml:2:55: a command is a list"},
        {"version: 1\ncredentials: { a: { username: u, password: { prompt: no } } }\n",
         "fleet.yaml:2:54: prompt must be true"},
        {"version: 1\ncredentials: { a: { username: u } }\n",
         "fleet.yaml:2:16: the credential \"a\" proves nothing"},
        {"version: 1\ncredentials: { a: { password: { env: X } } }\n",
         "fleet.yaml:2:16: the credential \"a\" has no username"},
        {"version: 1\ncredentials: { a: { username: u, kerberos: true, password: {env: X} } }\n",
         "fleet.yaml:2:16: the credential \"a\" has both a password and kerberos"},
        {"version: 1\nlimits: [ { scope: subnett, max_in_flight: 1 } ]\n",
         "fleet.yaml:2:20: unknown scope \"subnett\""},
        {"version: 1\nlimits: [ { scope: subnet } ]\n",
         "fleet.yaml:2:11: this limit limits nothing"},
        {"version: 1\nlimits: [ { scope: subnet, max_in_flight: 0 } ]\n",
         "fleet.yaml:2:43: max_in_flight must be a number from 1 to 100000, not \"0\""},
        {"version: 1\nlimits: [ { scope: subnet, max_auth_failures: 2 } ]\n",
         "fleet.yaml:2:47: max_auth_failures belongs to the scope credential"},
        {"version: 1\nlimits: [ { max_in_flight: 2 } ]\n", "fleet.yaml:2:11: a limit has no scope"},
        {"version: 1\ngroups: [ { name: g, targets: [nobody] } ]\n",
         "fleet.yaml:2:32: no target is named \"nobody\""},
        {"version: 1\ngroups: [ { targets: [] } ]\n", "fleet.yaml:2:11: a group has no name"},
    };
    for (const auto& [text, complaint] : all) {
        INFO(text);
        const auto result = read(text);
        CHECK_THAT(result.complaint(), Catch::StartsWith(complaint));
    }
}

TEST_CASE("inventory: a password written out is refused and never repeated", "[inventory]") {
    for (const auto* text :
         {"version: 1\ncredentials: { a: { username: u, password: hunter2hunter2 } }\n",
          "version: 1\ncredentials: { a: { username: u, password: { env: 'hunter2hunter2 =' } } "
          "}\n"}) {
        const auto result = read(text);
        REQUIRE_FALSE(result.problems.empty());
        for (const auto& problem : result.problems.list()) {
            CHECK(problem.what.find("hunter2") == std::string::npos);
            CHECK(problem.next.find("hunter2") == std::string::npos);
        }
    }
    const auto result = read("version: 1\ncredentials: { a: { username: u, password: abc } }\n");
    CHECK(result.complaint() == "fleet.yaml:2:44: a password does not belong in an inventory");
    CHECK_THAT(result.cure(), Catch::Contains("{ env: VARIABLE }"));
}

TEST_CASE("inventory: many mistakes are told at once, but not all of ten thousand", "[inventory]") {
    SECTION("several") {
        const auto result =
            read_target("  - { name: a }\n  - { nam: b, address: c }\n  - { name: d, address: '?' }"
            );
        CHECK(result.complaints().size() == 3);
    }
    SECTION("too many") {
        std::string targets;
        for (int i = 0; i < 10'000; ++i)
            targets += "  - { nam: x }\n";
        CHECK(read_target(targets).problems.list().size() == Problems::most);
    }
}

TEST_CASE("inventory: hostile names are kept and shown harmless", "[inventory]") {
    const auto result =
        read_target("  - { name: \"\\e[2J<script>\\u202e\", address: a, adress: b }\n"
                    "  - { \"\\e[2J\": 1, address: b }");
    REQUIRE(result.problems.list().size() == 2);
    CHECK(result.complaints()[1].find('\x1b') == std::string::npos);
    const auto good = read_target("  - { name: \"\\e[2J<script>\", address: a }");
    REQUIRE(good.problems.empty());
    CHECK(good.inventory.targets[0].name == "\x1b[2J<script>");
}

TEST_CASE("yaml: the scheme follows from the port, and the port from the scheme", "[inventory]") {
    const auto winrm_of = [](const std::string& keys, const std::string& defaults = "{}") {
        const auto result = read(
            "version: 1\ndefaults: { winrm: " + defaults +
            " }\ntargets:\n  - { name: a, address: b" + keys + " }\n"
        );
        CAPTURE(result.complaints());
        REQUIRE(result.problems.empty());
        return result.inventory.targets.at(0).winrm;
    };
    const auto is = [](const WinRmOptions& winrm, WinRmScheme scheme, int port) {
        return winrm.scheme == scheme && winrm.port == port;
    };
    CHECK(is(winrm_of(""), WinRmScheme::https, 5986));
    CHECK(is(winrm_of(", winrm: { scheme: http }"), WinRmScheme::http, 5985));
    CHECK(is(winrm_of(", winrm: { port: 5985 }"), WinRmScheme::http, 5985));
    CHECK(is(winrm_of(", winrm: { scheme: https, port: 5985 }"), WinRmScheme::https, 5985));
    CHECK(is(winrm_of(", winrm: { scheme: http, port: 80 }"), WinRmScheme::http, 80));
    CHECK(is(winrm_of("", "{ scheme: http }"), WinRmScheme::http, 5985));
    CHECK(is(winrm_of("", "{ port: 5985 }"), WinRmScheme::http, 5985));
    CHECK(is(winrm_of(", winrm: { scheme: http }", "{ http_port: 81 }"), WinRmScheme::http, 81));
    CHECK(winrm_of("").http_fallback == HttpFallback::kerberos);
    CHECK(winrm_of("", "{ http_fallback: any }").http_fallback == HttpFallback::any);
    const auto own = winrm_of(", winrm: { http_fallback: never }", "{ http_fallback: any }");
    CHECK(own.http_fallback == HttpFallback::never);
}
