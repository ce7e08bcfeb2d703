// What a look at a host and its plan say by themselves: which Windows, who is logged on, whether
// RDP has a part in it, where it moves.
#include "scanner/fix/host_look.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/fix_scene.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

TEST_CASE("host: the Windows that was planned for, and people on it", "[fix]") {
    PlanHost host;
    host.machine_guid = "guid";
    HostLook look;
    CHECK_FALSE(is_planned_windows(host, look));
    CHECK(has_people(look)); // nobody could look: perhaps
    look.facts.os.value.emplace().machine_guid = "guid";
    CHECK(is_planned_windows(host, look));
    look.facts.os.value->machine_guid = "other";
    CHECK_FALSE(is_planned_windows(host, look));
    look.facts.sessions.value.emplace().disconnected = 3;
    CHECK_FALSE(has_people(look)); // their programs run on, and no session ends
    look.facts.sessions.value->active = 1;
    CHECK(has_people(look));
}

TEST_CASE("host: whether its fixes have to do with RDP", "[fix]") {
    const auto cures = [](std::vector<std::string> fixes) {
        PlanHost host;
        host.fixes = std::move(fixes);
        return cures_rdp(host);
    };
    CHECK(cures({"tls12"}));
    CHECK(cures({"ems", "tls12"}));
    CHECK_FALSE(cures({"ems"}));
    CHECK_FALSE(cures({"ems", "dump", "gpsvc"}));
    CHECK_FALSE(cures({}));
    CHECK(cures({"ems", "one of another version"}));
}

TEST_CASE("host: the port that it moves to", "[fix]") {
    PlanHost host;
    CHECK(moved_port(host) == 0);
    host.changes = {{Change::Kind::value, "K", "PortNumber", "dword:3389", "dword:3390"}};
    CHECK(moved_port(host) == 0);
    host.changes.push_back({Change::Kind::firewall, "rule", "", "absent", "rule:3390"});
    CHECK(moved_port(host) == 3390);
    host.changes.back().after = "absent";
    CHECK(moved_port(host) == 0);
}

TEST_CASE("host: only a whole handshake inside shows one", "[fix]") {
    auto look = look_at(cured());
    Seen seen = cured();
    seen.handshake = "done";
    CHECK(shows_handshake(look_at(seen)));
    seen.handshake = "tls";
    CHECK_FALSE(shows_handshake(look_at(seen)));
    seen.handshake = "";
    CHECK_FALSE(shows_handshake(look_at(seen)));
    look.judgement.findings.clear();
    CHECK_FALSE(shows_handshake(look));
}
