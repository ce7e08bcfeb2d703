// Nmap's XML; tests/integration/foreign_inventories.py reads what a real Nmap writes.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/inventory/read_inventory.hpp"

using namespace rdpsweep;

namespace {

std::string host(const std::string& address, const std::string& rest, const char* state = "up") {
    return "<host><status state=\"" + std::string(state) + "\"/><address addr=\"" + address +
           "\" addrtype=\"ipv4\"/>" + rest + "</host>";
}

std::string port(int number, const char* state) {
    return "<port protocol=\"tcp\" portid=\"" + std::to_string(number) + "\"><state state=\"" +
           state + "\"/></port>";
}

ReadInventory nmap(const std::string& hosts) {
    const auto text = "<?xml version=\"1.0\"?><!DOCTYPE nmaprun><nmaprun scanner=\"nmap\">" +
                      hosts + "</nmaprun>";
    return read_inventory(read_nmap, text, "scan.xml");
}

} // namespace

TEST_CASE("nmap: hosts that are up and open", "[inventory][nmap]") {
    const std::string named = "<hostnames><hostname name=\"a.corp\" type=\"PTR\"/>"
                              "<hostname name=\"a\" type=\"user\"/></hostnames>";
    const auto read = nmap(
        host("10.0.0.1", named + "<ports>" + port(5986, "open") + port(5985, "open") + "</ports>") +
        host("10.0.0.2", "<ports>" + port(5985, "open") + port(5986, "closed") + "</ports>") +
        host("10.0.0.3", "<ports>" + port(3389, "open") + "</ports>") +
        host("10.0.0.4", "<ports>" + port(5986, "filtered") + "</ports>") +
        host("10.0.0.5", "", "down") + host("10.0.0.6", "")
    );
    REQUIRE(read.complaints().empty());
    const auto& targets = read.inventory.targets;
    REQUIRE(targets.size() == 4);
    CHECK(targets[0].name == "a");
    CHECK(targets[0].address == "10.0.0.1");
    CHECK(targets[0].winrm.port == winrm_ports::https);
    CHECK(targets[1].name == "10.0.0.2");
    CHECK(targets[1].winrm.scheme == WinRmScheme::http);
    CHECK(targets[1].winrm.port == 5985);
    CHECK(targets[2].address == "10.0.0.3");
    CHECK(targets[2].route == std::vector<std::string>{"rdp"});
    CHECK(targets[1].route == std::vector<std::string>{"winrm"});
    CHECK(targets[3].address == "10.0.0.6"); // of a ping scan
    CHECK(targets[3].route == std::vector<std::string>{"winrm"});
    CHECK(
        read.inventory.notes ==
        std::vector<std::string>{
            "scan.xml: 1 host is up without an open port 5986, 5985 or 3389, and left out",
            "scan.xml: 1 host is open at 3389 only: looked at by rdp, without logging on"}
    );
}

TEST_CASE("nmap: several hosts with one name, hostile and foreign texts", "[inventory][nmap]") {
    const std::string name = "<hostnames><hostname name=\"same\" type=\"PTR\"/></hostnames>";
    const auto read = nmap(host("10.0.0.1", name) + host("10.0.0.2", name));
    REQUIRE(read.complaints().empty());
    CHECK(read.inventory.targets[0].name == "same");
    CHECK(read.inventory.targets[1].name == "10.0.0.2");
    CHECK(nmap(host("10.0.0.1; rm", "")).complaint().find("scan.xml: host 1") == 0);
    for (const auto* text : {"<nmaprun>", "<nmaprun><host>", "<nmaprun></host>"}) {
        INFO(text);
        CHECK(
            read_inventory(read_nmap, text, "x").complaint() ==
            "x: the scan is cut off before its first whole host, or damaged"
        );
    }
    for (const auto* text : {"", "<a/>", "not xml"}) {
        INFO(text);
        CHECK(
            read_inventory(read_nmap, text, "x").complaint().find("not what nmap -oX") !=
            std::string::npos
        );
    }
    // Entities of a document type are not expanded.
    const auto bomb = read_inventory(
        read_nmap,
        "<!DOCTYPE x [<!ENTITY a \"10.0.0.1\">]><nmaprun><host><status state=\"up\"/>"
        "<address addr=\"&a;\" addrtype=\"ipv4\"/></host></nmaprun>",
        "x"
    );
    CHECK_FALSE(bomb.complaints().empty());
}

TEST_CASE("nmap: masscan has no status and an element for each port", "[inventory][nmap]") {
    const auto element = [](const std::string& address, int number) {
        return "<host endtime=\"1\"><address addr=\"" + address + "\" addrtype=\"ipv4\"/><ports>" +
               port(number, "open") + "</ports></host>\n";
    };
    const auto read = nmap(
        element("10.20.0.61", 3389) + element("10.20.0.62", 3389) + element("10.20.0.61", 5986) +
        element("10.20.0.63", 5985) + element("10.20.0.64", 80)
    );
    REQUIRE(read.complaints().empty());
    const auto& targets = read.inventory.targets;
    REQUIRE(targets.size() == 3);
    CHECK(targets[0].name == "10.20.0.61");
    CHECK(targets[0].winrm.port == 5986);
    CHECK(targets[0].route == std::vector<std::string>{"winrm"});
    CHECK(targets[1].name == "10.20.0.62");
    CHECK(targets[1].route == std::vector<std::string>{"rdp"});
    CHECK(targets[2].winrm.scheme == WinRmScheme::http);
    CHECK(targets[2].winrm.port == 5985);
}

TEST_CASE(
    "nmap: a file that is cut off is used up to there, and that is said", "[inventory][nmap]"
) {
    const std::string begin = "<?xml version=\"1.0\"?>\n<nmaprun scanner=\"nmap\">\n";
    const auto one = host("10.0.0.1", "<ports>" + port(5986, "open") + "</ports>") + "\n";
    const auto said = [](int line, const std::string& hosts) {
        return "scan.xml: the scan did not finish, its file is cut off in line " +
               std::to_string(line) + ": the " + hosts +
               " used, all others are missing; scan again, or let it go on with nmap --resume";
    };
    for (const std::string rest : {"", "<host><status state=\"up\"/>", "<host", "<runstats>"}) {
        INFO(rest);
        const auto read = read_inventory(read_nmap, begin + one + rest, "scan.xml");
        REQUIRE(read.complaints().empty());
        REQUIRE(read.inventory.targets.size() == 1);
        CHECK(read.inventory.targets[0].address == "10.0.0.1");
        CHECK(read.inventory.notes == std::vector<std::string>{said(4, "1 host before that is")});
    }
    const auto two = host("10.0.0.2", "", "down");
    CHECK(
        read_inventory(read_nmap, begin + one + two, "scan.xml").inventory.notes ==
        std::vector<std::string>{said(4, "2 hosts before that are")}
    );
    // Damage in the middle is no cut.
    CHECK(
        read_inventory(read_nmap, begin + "<host><a></host>" + one + "</nmaprun>", "x")
            .complaint()
            .find("damaged") != std::string::npos
    );
}
