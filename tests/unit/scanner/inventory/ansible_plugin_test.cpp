// What Ansible's connection plug-ins read of a host's variables, and which hosts are none of ours.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/inventory/ansible_text.hpp"

using namespace rdpsweep;
using namespace rdpsweep::ansible_test;

TEST_CASE(
    "ansible: of several variables for one value the last of the plug-in's own list holds",
    "[inventory][ansible]"
) {
    const auto read = ini(R"(
w ansible_host=10.0.0.1 ansible_winrm_host=10.0.0.2 ansible_psrp_host=10.0.0.3 ansible_ssh_host=10.0.0.4 ansible_port=1 ansible_winrm_port=15986 ansible_user=u ansible_winrm_user=v ansible_ssh_user=x
p ansible_host=10.0.1.1 ansible_winrm_host=10.0.1.2 ansible_psrp_host=10.0.1.3 ansible_port=1 ansible_psrp_port=15985 ansible_user=u ansible_psrp_user=q ansible_winrm_user=v ansible_connection=ansible.builtin.psrp ansible_winrm_port=5986
s ansible_host=10.0.2.1 ansible_ssh_host=10.0.2.2 ansible_port=22 ansible_ssh_port=2222 ansible_user=u ansible_ssh_user=x ansible_connection=ansible.legacy.ssh
)");
    CAPTURE(read.complaints());
    REQUIRE(read.inventory.targets.size() == 3);
    const auto& w = read.inventory.targets[0];
    CHECK(w.address == "10.0.0.2");
    CHECK(w.winrm.port == 15986);
    CHECK(w.credential == "v");
    const auto& p = read.inventory.targets[1];
    CHECK(p.address == "10.0.1.3");
    CHECK(p.winrm.port == 15985);
    CHECK(p.winrm.scheme == WinRmScheme::https);
    CHECK(p.credential == "q");
    const auto& s = read.inventory.targets[2];
    CHECK(s.address == "10.0.2.2");
    CHECK(s.ssh->port == 2222);
    CHECK(s.credential == "x");
    CHECK(s.route == Names{"ssh"});
    CHECK(w.route == Names{"winrm"});
    CHECK(p.route == Names{"winrm"});
}

TEST_CASE("ansible: psrp's own variables", "[inventory][ansible]") {
    const auto read = ini(R"([win]
a ansible_psrp_host=10.20.0.31
b ansible_host=10.20.0.32 ansible_psrp_port=15986 ansible_psrp_protocol=https
c ansible_host=10.20.0.33 ansible_port=5985 ansible_psrp_protocol=https ansible_psrp_auth=credssp
d ansible_host=10.20.0.34 ansible_psrp_negotiate_send_cbt=False ansible_psrp_negotiate_service=HTTP
[win:vars]
ansible_connection=psrp
ansible_psrp_protocol=http
ansible_psrp_auth=kerberos
ansible_psrp_user=ops@CORP.EXAMPLE
ansible_psrp_cert_validation=ignore
)");
    REQUIRE(read.complaints().empty());
    const auto& targets = read.inventory.targets;
    REQUIRE(targets.size() == 4);
    CHECK(targets[0].address == "10.20.0.31");
    CHECK(targets[0].winrm.scheme == WinRmScheme::http);
    CHECK(targets[0].winrm.port == 5985);
    CHECK(targets[0].winrm.auth == WinRmAuth::kerberos);
    CHECK(targets[0].credential == "ops@CORP.EXAMPLE (kerberos)");
    CHECK(targets[1].winrm.scheme == WinRmScheme::https);
    CHECK(targets[1].winrm.port == 15986);
    CHECK(targets[2].winrm.scheme == WinRmScheme::https);
    CHECK(targets[2].winrm.port == 5985);
    CHECK(targets[2].winrm.auth == WinRmAuth::negotiate);
    CHECK_FALSE(targets[3].winrm.channel_bindings);
    CHECK(targets[3].winrm.spn_service == "HTTP");
    REQUIRE(read.inventory.notes.size() == 2);
    CHECK(
        read.inventory.notes[0] ==
        "hosts.ini: ansible_psrp_auth: credssp is not known to rdpsweep; negotiate is used (1 host)"
    );
    CHECK(
        read.inventory.notes[1] ==
        "hosts.ini: ansible_psrp_cert_validation is not taken over: an unknown certificate is "
        "accepted by a pin, --pin-on-first-use or --insecure (4 hosts)"
    );
}

TEST_CASE("ansible: comments behind values in INI", "[inventory][ansible]") {
    const auto read = ini(R"([win]
a ansible_host=10.0.0.1   # front end
b ansible_host='10.0.0.2'# back end
[win:vars] # of both
ansible_user='svc-ops' # 'quoted'
ansible_winrm_transport="basic"#
ansible_port=15986 # http - the default would be https 5986
)");
    CAPTURE(read.complaints());
    REQUIRE(read.inventory.targets.size() == 2);
    for (const auto& target : read.inventory.targets) {
        CHECK(target.winrm.port == 15986);
        CHECK(target.winrm.auth == WinRmAuth::basic);
        CHECK(target.credential == "svc-ops");
    }
    CHECK(read.inventory.targets[1].address == "10.0.0.2");
    // A text without quotes keeps it, in Ansible as well, which then knows no such user.
    const auto kept = ini("a\n[all:vars]\nansible_user=ops # who\n");
    CHECK(
        kept.complaints() ==
        Names{"hosts.ini:3:1: to Ansible the comment is a part of ansible_user: \"ops # who\""}
    );
    CHECK(kept.cure() == "put the comment on a line of its own, or the value in quotes");
}

TEST_CASE("ansible: texts in quotes are Python's", "[inventory][ansible]") {
    const auto user = [](const std::string& written) {
        const auto read = ini("a\n[all:vars]\nansible_user=" + written + "\n");
        return read.problems.empty() ? read.inventory.targets.at(0).credential : read.complaint();
    };
    CHECK(user(R"("CORP\\svc")") == "CORP\\svc");
    CHECK(user(R"("CORP\svc")") == "CORP\\svc"); // \s is no escape
    CHECK(user(R"('it\'s')") == "it's");
    CHECK(user(R"('a' 'b')") == "'a' 'b'");
    CHECK(user("010") == "010");
    CHECK(
        user(R"("CORP\new")") ==
        "hosts.ini:3:1: ansible_user holds a control character: \"CORP\\x0Aew\""
    );
}

TEST_CASE(
    "ansible: hosts that are no way into Windows are left out and counted", "[inventory][ansible]"
) {
    const std::string mixed = R"(localhost ansible_connection=local
[linux]
db01 ansible_host=10.20.0.101 ansible_user="{{ anybody }}"
db02 ansible_host=10.20.0.102 ansible_user=ubuntu ansible_port=2222 ansible_connection=smart
[switches]
sw ansible_host=10.20.0.104 ansible_connection=ansible.netcommon.network_cli
[windows]
app01 ansible_host=10.20.0.103 ansible_connection=ansible.windows.winrm
ws01 ansible_host=10.20.0.105 ansible_shell_type=powershell ansible_port=2022
)";
    const auto plain = read(mixed, "hosts.ini");
    CHECK(plain.complaints().empty());
    CHECK(names(plain) == Names{"app01", "ws01"});
    CHECK(plain.inventory.targets[1].route == Names{"ssh"});
    CHECK(plain.inventory.targets[1].ssh->port == 2022);
    CHECK(
        plain.inventory.notes ==
        Names{
            "hosts.ini: 2 hosts without ansible_connection are left out: Ansible reaches such "
            "hosts "
            "by SSH; to include them give ansible_connection=winrm, psrp or ssh, or --transport "
            "NAME",
            "hosts.ini: 1 host with ansible_connection=ansible.netcommon.network_cli is left out: "
            "that is no way into a Windows VM",
            "hosts.ini: 1 host with ansible_connection=local is left out: that is no way into a "
            "Windows VM"}
    );
    // As with ansible -c: what the user says stands in for what the inventory does not.
    const auto all = read(mixed, "hosts.ini", {{"winrm"}, true});
    CHECK(all.complaints().empty());
    CHECK(names(all) == Names{"db01", "db02", "app01", "ws01"});
    CHECK(all.inventory.targets[1].winrm.port == 2222);
    const auto ssh = read(mixed, "hosts.ini", {{"ssh"}, true});
    CHECK(ssh.inventory.targets[1].ssh->port == 2222);
    CHECK(ssh.inventory.targets[1].winrm.port == winrm_ports::https);
    const auto outside = read(mixed, "hosts.ini", {{"rdp"}, true});
    CHECK(names(outside) == Names{"db01", "db02", "app01", "ws01"});
    CHECK(outside.inventory.targets[1].winrm.port == winrm_ports::https);
}

TEST_CASE(
    "ansible: a template is a mistake only where nothing else says who logs on",
    "[inventory][ansible]"
) {
    const auto text = R"(
all:
  children:
    windows:
      hosts: { app01: { ansible_host: 10.20.0.191 } }
      vars:
        ansible_connection: winrm
        ansible_user: "{{ vault_win_user }}"
        ansible_password: "{{ vault_win_password }}"
)";
    const auto alone = read(text, "hosts.yml");
    CHECK(
        alone.complaints() ==
        Names{"hosts.yml:8:23: ansible_user is a template, which only Ansible can read"}
    );
    const auto told = read(text, "hosts.yml", {{}, true});
    CHECK(told.complaints().empty());
    CHECK(names(told) == Names{"app01"});
    CHECK(told.inventory.targets.at(0).credential.empty());
    CHECK(told.inventory.notes.empty());
    // The address comes from nowhere else.
    const auto address = R"({"_meta":{"hostvars":{"a":{"ansible_connection":"winrm",
        "ansible_host":{"__ansible_vault":"$ANSIBLE_VAULT;1.1"}}}},"g":{"hosts":["a"]}})";
    CHECK(
        read(address, "x", {{"winrm"}, true}).complaint().find("ansible_host is in the vault") !=
        std::string::npos
    );
}

TEST_CASE("ansible: merge keys of YAML", "[inventory][ansible]") {
    const auto read = yaml(R"(
all:
  vars:
    common: &win { ansible_connection: winrm, ansible_port: 5985, ansible_user: ops }
    more: &more { ansible_port: 15985, ansible_winrm_transport: ntlm }
  children:
    windows:
      hosts:
        a:
          <<: *win
          ansible_host: 10.20.0.51
        b:
          ansible_port: 25985
          ansible_host: 10.20.0.52
          <<: [*more, *win]
        c: { "<<": x, ansible_connection: winrm }
)");
    CAPTURE(read.complaints());
    REQUIRE(names(read) == Names{"a", "b", "c"});
    CHECK(read.inventory.targets[0].winrm.port == 5985);
    CHECK(read.inventory.targets[0].winrm.scheme == WinRmScheme::http);
    CHECK(read.inventory.targets[0].credential == "ops");
    CHECK(read.inventory.targets[0].address == "10.20.0.51");
    CHECK(read.inventory.targets[1].winrm.port == 25985); // its own key, above the merge
    CHECK(read.inventory.targets[1].winrm.auth == WinRmAuth::ntlm);
    CHECK(read.inventory.targets[1].credential == "ops");
    CHECK(
        yaml("all: {hosts: {a: {<<: text}}}").complaint() ==
        "hosts.yml:1:23: << takes a map or a list of maps, not text"
    );
    CHECK(
        yaml("all: {hosts: {a: {<<: [text]}}}").complaint() ==
        "hosts.yml:1:24: << takes a map or a list of maps, not text"
    );
}

TEST_CASE("ansible: an account of SSH with a key", "[inventory][ansible]") {
    const auto read = ini("a ansible_connection=ssh ansible_user=ops ansible_port=2222 "
                          "ansible_private_key_file=/k1 ansible_ssh_private_key_file=/k2\n");
    REQUIRE(read.complaints().empty());
    REQUIRE(read.inventory.credentials.size() == 1);
    CHECK(read.inventory.targets[0].credential == "ops (/k2)");
    CHECK(read.inventory.credentials[0].ssh_key == "/k2");
    CHECK(std::holds_alternative<std::monostate>(read.inventory.credentials[0].password));
}

TEST_CASE(
    "ansible: the file alone does not tell the connection of a group that is called windows",
    "[inventory][ansible]"
) {
    const auto written = read(
        "lone ansible_host=10.0.0.1\n[Windows_2019]\na ansible_host=10.0.0.2 ansible_port=5985\n"
        "[win]\nb\n[wine]\nc\n[app]\nd ansible_connection=local\n[windows-all:children]\napp\n",
        "hosts.ini"
    );
    REQUIRE(written.complaints().empty());
    CHECK(names(written) == Names{"a", "b"});
    CHECK(written.inventory.targets[0].winrm.scheme == WinRmScheme::http);
    REQUIRE(written.inventory.notes.size() == 3);
    CHECK(written.inventory.notes[0].find("hosts.ini: 2 hosts without ansible_connection") == 0);
    CHECK(
        written.inventory.notes[2] ==
        "hosts.ini: no ansible_connection in the file: taken for Windows by the name of a group "
        "(2 hosts)"
    );
    // Ansible knows all of it.
    const auto listed = read(R"({"windows":{"hosts":["a"]}})", "x");
    CHECK(names(listed).empty());
}
