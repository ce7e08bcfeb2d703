// Fix port, as a table of who holds the port, which services that is, and what the author of the
// plan allowed.
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/fix/fix_table.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

Socket held_by(std::uint32_t pid, std::vector<std::string> services) {
    return {"0.0.0.0", 3389, pid, "java.exe", std::move(services)};
}

Facts taken_by(std::vector<Socket> sockets) {
    auto facts = healthy_facts();
    facts.rdp_port.value->sockets = std::move(sockets);
    fail_handshake(facts, "x224", "not_rdp");
    return facts;
}

FixChoices may_stop(std::vector<std::string> services, std::uint16_t move_to = 0) {
    FixChoices choices;
    choices.stop_services = std::move(services);
    choices.move_rdp = move_to;
    return choices;
}

const std::string stops_tomcat = "run|Tomcat9||running|stopped\n"
                                 "start|Tomcat9||start:enabled|start:4\n";
const std::string moves_to_3390 =
    "firewall|rdpsweep-RDP-3390||absent|rule:3390\n"
    R"(value|SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp|PortNumber)"
    "|dword:3389|dword:3390\n";

} // namespace

TEST_CASE("port fix: what holds the port, and what was allowed", "[fix]") {
    struct Row {
        const char* what;
        std::vector<Socket> sockets;
        FixChoices choices;
        std::string done;
    };

    const auto tomcat = held_by(4120, {"Tomcat9"});
    const Row rows[] = {
        {"named", {tomcat}, may_stop({"Tomcat9"}), stops_tomcat},
        {"named in another case, among others", {tomcat}, may_stop({"x", "TOMCAT9"}), stops_tomcat},
        {"not named", {tomcat}, {}, "fix.refused.unnamed service=Tomcat9"},
        {"another one named",
         {tomcat},
         may_stop({"Tomcat"}),
         "fix.refused.unnamed service=Tomcat9"},
        {"no service",
         {held_by(77, {})},
         may_stop({"Tomcat9"}),
         "fix.refused.no_service process=java.exe (pid 77)"},
        {"one of several in a process",
         {held_by(88, {"Tomcat9", "Other"})},
         may_stop({"Tomcat9", "Other"}),
         "fix.refused.shared_process process=java.exe (pid 88)"},
        {"vital, though named",
         {held_by(99, {"winrm"})},
         may_stop({"winrm"}),
         "fix.refused.vital service=winrm"},
        {"two sockets of one service",
         {tomcat, held_by(4120, {"tomcat9"})},
         may_stop({"Tomcat9"}),
         stops_tomcat},
        {"two services",
         {tomcat, held_by(5, {"Nginx"})},
         may_stop({"Tomcat9", "Nginx"}),
         stops_tomcat + "run|Nginx||running|stopped\nstart|Nginx||start:enabled|start:4\n"},
        {"the second is not named",
         {tomcat, held_by(5, {"Nginx"})},
         may_stop({"Tomcat9"}),
         "fix.refused.unnamed service=Nginx"},
        {"RDP moves, as nothing may be stopped", {tomcat}, may_stop({}, 3390), moves_to_3390},
        {"RDP stays, as the port can be freed",
         {tomcat},
         may_stop({"Tomcat9"}, 3390),
         stops_tomcat},
        {"RDP does not move to where it is",
         {tomcat},
         may_stop({}, 3389),
         "fix.refused.unnamed service=Tomcat9"},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        CHECK(done_by("port", taken_by(row.sockets), row.choices) == row.done);
    }
}

TEST_CASE("port fix: nothing that Windows, its guards or our way in need is stopped", "[fix]") {
    for (const std::string name :
         {"RpcSs",
          "RpcEptMapper",
          "DcomLaunch",
          "LSM",
          "SamSs",
          "EventLog",
          "Dhcp",
          "Dnscache",
          "NlaSvc",
          "BFE",
          "MpsSvc",
          "WinDefend",
          "Sense",
          "ClusSvc",
          "WinRM",
          "sshd",
          "iphlpsvc",
          "WindowsAzureGuestAgent"}) {
        CHECK(
            done_for(
                "port", taken_by({held_by(7, {name})}), "PORT.OWNER.foreign", may_stop({name})
            ) == "fix.refused.vital service=" + name
        );
    }
}

TEST_CASE("port fix: TermService's own sockets are not in the way", "[fix]") {
    auto healthy = healthy_facts();
    const auto own = held_by(service(healthy, "TermService").pid, {"TermService"});
    const auto tomcat = held_by(4120, {"Tomcat9"});
    CHECK(
        done_for(
            "port", taken_by({own, tomcat}), "PORT.OWNER.foreign_nic", may_stop({"Tomcat9"})
        ) == stops_tomcat
    );
    CHECK(
        done_for("port", taken_by({own}), "PORT.OWNER.foreign", may_stop({"TermService"})) ==
        "fix.refused.other_case"
    );
    auto stopped = taken_by({held_by(0, {"Tomcat9"})});
    service(stopped, "TermService").pid = 0; // both are 0, and it is not the same process
    CHECK(done_for("port", stopped, "PORT.OWNER.foreign", may_stop({"Tomcat9"})) == stops_tomcat);
}

TEST_CASE("port fix: which findings it is for, and what has to be known", "[fix]") {
    const auto tomcat = taken_by({held_by(4120, {"Tomcat9"})});
    const auto choices = may_stop({"Tomcat9"}, 3390);
    CHECK(done_for("port", tomcat, "PORT.OWNER.foreign", choices) == stops_tomcat);
    CHECK(done_for("port", tomcat, "PORT.OWNER.foreign_nic", choices) == stops_tomcat);
    // A forwarded port has no service that could be stopped.
    CHECK(done_for("port", tomcat, "PORT.OWNER.portproxy", choices) == moves_to_3390);
    CHECK(
        done_for("port", tomcat, "PORT.OWNER.portproxy", may_stop({"Tomcat9"})) ==
        "fix.refused.other_case"
    );
    CHECK(done_for("port", tomcat, "PORT.OWNER.other", choices) == "fix.refused.other_case");

    const std::string unread = "fix.refused.unread fact=/listener/sockets";
    for (auto* const change :
         {+[](Facts& f) { f.rdp_port.value.reset(); },
          +[](Facts& f) { f.services.value.reset(); },
          +[](Facts& f) { mark_unread(f, "/listener/sockets"); }}) {
        auto facts = tomcat;
        change(facts);
        CHECK(done_for("port", facts, "PORT.OWNER.foreign", choices) == unread);
    }
    auto facts = tomcat;
    mark_unread(facts, "/listener/port");
    CHECK(
        done_for("port", facts, "PORT.OWNER.portproxy", choices) ==
        "fix.refused.unread fact=/listener/port"
    );
}
