// The fingerprint of a case: the same for the same fault on any VM, another for another fault.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/faults.hpp"

#include <set>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

// The identities of another VM: names, GUID, addresses, processes, thumbprints, times.
Facts elsewhere(Facts facts) {
    facts.os.value->host = "sql-07";
    facts.os.value->fqdn = "sql-07.corp.example";
    for (Socket& socket : facts.rdp_port.value->sockets) {
        socket.pid += 1000;
        if (socket.address == "10.0.0.4") socket.address = "10.9.8.7";
    }
    for (Service& item : facts.services.value->services)
        if (item.pid != 0) item.pid += 1000;
    StoredCertificate& own = own_certificate(facts);
    own.key_name = own.parsed->thumbprint = "0123456789abcdef0123456789abcdef01234567";
    own.parsed->not_after -= 12'345;
    facts.rdp_certificate.value->self_signed = own.key_name;
    if (guest(facts).completed()) guest(facts).peer_thumbprint = own.key_name;
    own.key_file = "f686aace6942fb7f7ceb231212eef4a4_77777777-5a0a-4c33-9f3e-0b7a3c1d2e4f";
    facts.machine_keys.value->expected = rdp_key(facts).name = own.key_file;
    return facts;
}

} // namespace

TEST_CASE("fingerprint: the same fault on another VM is the same case", "[judge]") {
    for (auto* damage : {take_port, deny, stop_service, no_tls, close_key, deny_store, expire}) {
        Facts facts = healthy_facts();
        damage(facts);
        const Judgement here = judged(facts);
        const Judgement there = judged(elsewhere(facts));
        CHECK(here.verdict == Verdict::broken);
        CHECK(here.fingerprint == there.fingerprint);
        CHECK(here.fingerprint.size() == 64);
    }
    Facts on_nic = healthy_facts();
    on_nic.rdp_port.value->sockets.push_back({"10.0.0.4", 3389, 88, "nginx.exe", {}});
    CHECK(judged(on_nic).fingerprint == judged(elsewhere(on_nic)).fingerprint);
    // The order of a list is the host's own.
    Facts reordered = on_nic;
    std::swap(reordered.rdp_port.value->sockets.front(), reordered.rdp_port.value->sockets.back());
    CHECK(judged(on_nic).fingerprint == judged(reordered).fingerprint);
}

TEST_CASE("fingerprint: another fault is another case", "[judge]") {
    std::set<std::string> seen{judged(healthy_facts()).fingerprint};
    for (auto* damage : {take_port, deny, stop_service, no_tls, close_key, deny_store, expire}) {
        Facts facts = healthy_facts();
        damage(facts);
        CHECK(seen.insert(judged(facts).fingerprint).second);
    }
    Facts facts = healthy_facts();
    take_port(facts);
    facts.rdp_port.value->sockets.front().image = "java.exe";
    CHECK(seen.insert(judged(facts).fingerprint).second);
    facts = healthy_facts();
    close_key(facts);
    rdp_key(facts).sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(D;;FR;;;NS)";
    CHECK(seen.insert(judged(facts).fingerprint).second);
    // Also what is only a risk.
    for (const bool forced : {false, true}) {
        facts = healthy_facts();
        facts.pending.value->windows_update = true;
        if (forced) set_protocol(facts, "TLS 1.3", 1, 0);
        REQUIRE(judged(facts).verdict == Verdict::at_risk);
        CHECK(seen.insert(judged(facts).fingerprint).second);
    }
}

TEST_CASE("fingerprint: unknown hosts are told apart by their reason", "[judge]") {
    const auto unread = [](const char* pointer, const char* why) {
        Facts facts = healthy_facts();
        mark_unread(facts, pointer, why);
        return judged(facts);
    };
    const auto sockets = unread("/listener/sockets", "denied");
    CHECK(sockets.verdict == Verdict::unknown);
    CHECK(unread("/listener/sockets", "denied").fingerprint == sockets.fingerprint);
    std::set<std::string> seen{sockets.fingerprint};
    CHECK(seen.insert(unread("/listener/sockets", "timeout").fingerprint).second);
    CHECK(seen.insert(unread("/svc", "denied").fingerprint).second);
    CHECK(seen.insert(unread("/cert", "denied").fingerprint).second);
    CHECK(seen.insert(unread("/tls", "error").fingerprint).second);
}

TEST_CASE("fingerprint: identities go, masks and names stay", "[judge]") {
    const Facts facts = healthy_facts();
    const auto clean = [&](std::string_view text) { return without_identities(text, facts); };
    CHECK(clean("pid 4120 tomcat9.exe") == "pid <n> tomcat9.exe");
    CHECK(clean("2026-11-23T03:00:00Z") == "<time>");
    CHECK(clean("2026-11-23T03:00:00.1234567Z!") == "<time>!");
    CHECK(clean("2026-11-23T03:00:00.12x 2026-11-23.") == "<time>x <time>.");
    CHECK(clean("0f7d9a51-5a0a-4c33-9f3e-0b7a3c1d2e4f") == "<guid>");
    CHECK(
        clean("f686aace6942fb7f7ceb231212eef4a4_0f7d9a51-5a0a-4c33-9f3e-0b7a3c1d2e4f") ==
        "<hash>_<guid>"
    );
    CHECK(clean("(A;;0x120089;;;S-1-5-20)") == "(A;;0x120089;;;S-1-5-20)");
    CHECK(clean("S-1-5-21-11-22-33-500") == "S-1-5-21-<domain>-500");
    CHECK(clean("10.0.0.4 0.0.0.0 127.0.0.1") == "<ip> 0.0.0.0 127.0.0.1");
    CHECK(clean("203.113.100.255 1.2.3.456") == "<ip> <ip>");
    CHECK(clean("1234.1.1.1 1.2.3") == "1234.1.1.1 1.2.3");
    CHECK(clean("fe80::1 :: ::1") == "<ip> :: ::1");
    CHECK(clean("CN=WEB-01.corp.example, WEB-01 web-012") == "CN=<host>, <host> web-012");
    CHECK(clean("TLS 1.2: Enabled=0 0x8009030d 36870") == "TLS 1.2: Enabled=0 0x8009030d 36870");
    CHECK(clean("") == "");
}
