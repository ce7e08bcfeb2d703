// Ansible's inventories in their three forms. That they mean what Ansible means by them is checked
// against ansible-inventory itself in tests/integration/foreign_inventories.py.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/inventory/ansible_text.hpp"

using namespace rdpsweep;
using namespace rdpsweep::ansible_test;

TEST_CASE("ansible: ranges", "[inventory][ansible]") {
    const auto expand = [](std::string_view pattern) {
        Complaint wrong;
        auto list = expand_host_range(pattern, wrong);
        if (wrong) list = {"mistake"};
        return list;
    };
    CHECK(expand("web-01") == Names{"web-01"});
    CHECK(
        expand("web[08:11].corp") == Names{"web08.corp", "web09.corp", "web10.corp", "web11.corp"}
    );
    CHECK(expand("n[1:9:4]") == Names{"n1", "n5", "n9"});
    CHECK(expand("db-[a:c]") == Names{"db-a", "db-b", "db-c"});
    CHECK(expand("[a:b][1:2]x") == Names{"a1x", "a2x", "b1x", "b2x"});
    CHECK(expand("n[:2]") == Names{"n0", "n1", "n2"});
    for (const auto* bad :
         {"n[1:",
          "n[]",
          "n[1]",
          "n[b:a]",
          "n[9:1]",
          "n[1:9:0]",
          "n[1:999999999]",
          "n[1:999][1:999]",
          "n[a:5]",
          "n[1:2:3:4]"}) {
        INFO(bad);
        CHECK(expand(bad) == Names{"mistake"});
    }
}

TEST_CASE("ansible: an INI inventory with groups, children and vars", "[inventory][ansible]") {
    const auto read = ini(R"(# a comment
lonely ansible_host=10.0.0.9 # nobody's

[web]
web[01:02] ansible_host=10.0.0.1   # of both: the last wins in Ansible, too
web02 ansible_host=10.0.0.2 ansible_port=15986

[db]
db-a.corp.example

[windows:children]
web
db

[windows:vars]
ansible_connection=winrm
ansible_winrm_transport=ntlm
ansible_user="CORP\\svc"

[db:vars]
ansible_winrm_transport = kerberos
ansible_user = svc@CORP.EXAMPLE
unrelated = {{ whatever }}
)");
    REQUIRE(read.complaints().empty());
    const auto& targets = read.inventory.targets;
    REQUIRE(names(read) == Names{"lonely", "web01", "web02", "db-a.corp.example"});
    CHECK(targets[0].address == "10.0.0.9");
    CHECK(targets[0].groups.empty());
    CHECK(targets[1].address == "10.0.0.1");
    CHECK(targets[1].groups == Names{"windows", "web"});
    CHECK(targets[1].winrm.auth == WinRmAuth::ntlm);
    CHECK(targets[1].credential == "CORP\\svc");
    CHECK(targets[2].address == "10.0.0.2");
    CHECK(targets[2].winrm.port == 15986);
    CHECK(targets[3].address == "db-a.corp.example");
    CHECK(targets[3].winrm.auth == WinRmAuth::kerberos); // the group nearer to the host
    REQUIRE(read.inventory.credentials.size() == 2);
    CHECK(read.inventory.credentials[0].username == "CORP\\svc");
    CHECK(std::holds_alternative<FromPrompt>(read.inventory.credentials[0].password));
    CHECK(read.inventory.credentials[1].kerberos);
}

TEST_CASE("ansible: mistakes in INI have their line", "[inventory][ansible]") {
    CHECK(ini("[web\na\n").complaint() == "hosts.ini:1:1: the section \"[web\" has no ]");
    CHECK(ini("[web:colour]\n").complaint().find("hosts.ini:1:1") == 0);
    CHECK(
        ini("\nweb ansible_host\n").complaint() ==
        "hosts.ini:2:1: \"ansible_host\" is not variable=value"
    );
    CHECK(ini("web ansible_host='1.2.3.4\n").complaint().find("quote") != std::string::npos);
    CHECK(ini("web[1:\n").complaint().find("range") != std::string::npos);
    CHECK(ini("a\n[g:vars]\nnothing\n").complaint().find("hosts.ini:3:1") == 0);
    CHECK(ini("[g:children]\na b\n").complaint().find("hosts.ini:2:1") == 0);
    CHECK(
        ini("[a:children]\nb\n[b:children]\na\n[a]\nx\n").complaint().find("child of itself") !=
        std::string::npos
    );
    CHECK(ini("web ansible_host=300.1.1.1\n").complaint().find("hosts.ini:1:1") == 0);
    CHECK(ini("web ansible_port=99999\n").complaint().find("port") != std::string::npos);
}

TEST_CASE("ansible: a circle of groups is named, in each form", "[inventory][ansible]") {
    const std::string said = "the group \"a\" is a child of itself: \"a\" > \"b\" > \"c\" > \"a\"";
    CHECK(
        ini("[a:children]\nb\n[b:children]\nc\n[c:children]\na\n[a]\nx\n").complaint() ==
        "hosts.ini:1:1: " + said
    );
    const auto list = read_inventory(
        read_ansible,
        R"({"a":{"children":["b"]},"b":{"children":["c"]},"c":{"children":["a"],"hosts":["x"]}})",
        "list"
    );
    CHECK_THAT(list.complaint(), Catch::Contains(said));
    CHECK_THAT(
        yaml("a: {children: {b: {children: {c: {children: {a: {}}}}}}}\n").complaint(),
        Catch::Contains(said)
    );
    CHECK_THAT(
        ini("[a:children]\na\n").complaint(), Catch::Contains("is a child of itself: \"a\" > \"a\"")
    );
    // Two ways to one group are no circle.
    CHECK(ini("[a:children]\nb\nc\n[b:children]\nd\n[c:children]\nd\n[d]\nx\n").problems.empty());
}

TEST_CASE("ansible: groups within groups are bounded", "[inventory][ansible]") {
    const auto chain = [](std::size_t length) {
        std::string text;
        for (std::size_t i = 1; i < length; ++i)
            text += "[g" + std::to_string(i) + ":children]\ng" + std::to_string(i + 1) + "\n";
        return text + "[g" + std::to_string(length) + "]\nx\n";
    };
    CHECK(ini(chain(100)).problems.empty());
    CHECK_THAT(ini(chain(101)).complaint(), Catch::Contains("nested deeper than 100"));
    CHECK_THAT(ini(chain(200'000)).complaint(), Catch::Contains("nested deeper than 100"));
}

TEST_CASE("ansible: a long value is not kept for each host of a range", "[inventory][ansible]") {
    const auto user = [](std::size_t length) { return "ansible_user=" + std::string(length, 'u'); };
    CHECK(ini("web[1:3] " + user(4096) + "\n").problems.empty());
    CHECK_THAT(
        ini("web[1:100000] " + user(1u << 20) + "\n").complaint(),
        Catch::Contains("ansible_user is longer than 4096 bytes")
    );
    CHECK_THAT(
        ini(std::string(300, 'w') + "[1:100000]\n").complaint(),
        Catch::Contains("in a name of more than 300 bytes")
    );
}

TEST_CASE("ansible: what only Ansible can evaluate is said", "[inventory][ansible]") {
    const auto read = ini("web ansible_host='{{ lookup(\"x\") }}'\n");
    CHECK(read.complaint().find("ansible_host is a template") != std::string::npos);
    const auto vault = yaml("all: {hosts: {a: {ansible_connection: winrm, ansible_host: !vault "
                            "\"$ANSIBLE_VAULT;1.1;AES256\\n61\"}}}");
    CHECK(vault.complaint().find("in the vault") != std::string::npos);
    // Nobody needs these: a password is never read, whatever it is.
    const auto secret = ini("web ansible_host=10.0.0.1 ansible_password='{{ vaulted }}'\n");
    CHECK(secret.complaints().empty());
    REQUIRE(secret.inventory.notes.size() == 1);
    CHECK(secret.inventory.notes[0].find("passwords in it are not read") != std::string::npos);
}

TEST_CASE("ansible: transports that rdpsweep does not have", "[inventory][ansible]") {
    const auto read = ini("b ansible_host=10.0.0.2 ansible_winrm_transport=credssp\n"
                          "c ansible_host=10.0.0.3 ansible_winrm_transport=\"['credssp','ntlm']\"\n"
                          "d ansible_host=10.0.0.4 ansible_port=5985\n");
    REQUIRE(read.complaints().empty());
    CHECK(
        read.inventory.notes ==
        Names{"hosts.ini: ansible_winrm_transport: credssp is not known to rdpsweep; negotiate is "
              "used (1 host)"}
    );
    CHECK(read.inventory.targets[0].winrm.auth == WinRmAuth::negotiate);
    CHECK(read.inventory.targets[1].winrm.auth == WinRmAuth::ntlm);
    CHECK(read.inventory.targets[2].winrm.scheme == WinRmScheme::http);
}

TEST_CASE("ansible: a YAML inventory", "[inventory][ansible]") {
    const auto read = yaml(R"(
all:
  vars: { ansible_connection: winrm, ansible_user: svc, ansible_winrm_scheme: https }
  children:
    web:
      hosts:
        web[1:2]: { ansible_port: 5986 }
        sql: { ansible_host: 10.9.9.9, ansible_winrm_transport: [kerberos, ntlm] }
    empty:
  hosts:
    '[fd00::1]:5987':
)");
    REQUIRE(read.complaints().empty());
    REQUIRE(names(read) == Names{"web1", "web2", "sql", "fd00::1"});
    CHECK(read.inventory.targets[2].address == "10.9.9.9");
    CHECK(read.inventory.targets[2].winrm.auth == WinRmAuth::kerberos);
    CHECK(read.inventory.targets[2].credential == "svc (kerberos)");
    CHECK(read.inventory.targets[3].winrm.port == 5987);
    CHECK(read.inventory.targets[0].groups == Names{"web"});
    CHECK(yaml("version: 1\ntargets: []\n").complaint().find("hosts.yml") == 0);
    CHECK(yaml("all: {hosts: [a]}\n").complaint().find("must be a map") != std::string::npos);
}

TEST_CASE("ansible: what ansible-inventory --list prints", "[inventory][ansible]") {
    const auto read = read_inventory(
        read_ansible,
        R"({"_meta":{"hostvars":{"a":{"ansible_host":"10.0.0.1","ansible_port":5986,
            "ansible_connection":"winrm","ansible_user":{"__ansible_unsafe":"v"}},
            "b":{"ansible_connection":"psrp"}}},
            "all":{"children":["ungrouped","g"]},"g":{"hosts":["a"],"vars":{"ansible_user":"u"}},
            "old":["b"]})",
        "x"
    );
    REQUIRE(read.complaints().empty());
    REQUIRE(names(read) == Names{"a", "b"});
    CHECK(read.inventory.targets[0].address == "10.0.0.1");
    CHECK(read.inventory.targets[0].credential == "v");
    CHECK(read.inventory.targets[0].groups == Names{"g"});
    CHECK(read.inventory.targets[1].groups == Names{"old"});
    CHECK(
        read_inventory(read_ansible, "{\"a\":", "x").complaint().find("--list") != std::string::npos
    );
    CHECK(
        read_inventory(read_ansible, "{\"_meta\":3,\"g\":{\"hosts\":3}}", "x").complaints().empty()
    );
}

TEST_CASE(
    "ansible: a user without a password takes the credential of the same user",
    "[inventory][ansible]"
) {
    Problems problems;
    std::vector<InventorySource> sources(3);
    const ReadContext first{"a.ini", "", test_transports, problems};
    read_ansible("a ansible_user=svc ansible_connection=winrm\n", first, sources[0]);
    const ReadContext second{"b.ini", "", test_transports, problems};
    read_ansible(
        "[g]\nb ansible_user=svc\nc ansible_user=other\n[g:vars]\nansible_connection=winrm\n",
        second,
        sources[1]
    );
    const ReadContext third{"c.yaml", "", test_transports, problems};
    read_yaml(
        "version: 1\ncredentials: { fleet: { username: svc, password: { env: X } } }\ntargets: "
        "[]\n",
        third,
        sources[2]
    );
    const auto inventory = merge(std::move(sources), problems);
    REQUIRE(problems.empty());
    CHECK(inventory.targets[0].credential == "fleet");
    CHECK(inventory.targets[1].credential == "fleet");
    CHECK(inventory.targets[2].credential == "other");
    CHECK(inventory.credentials.size() == 2);
}
