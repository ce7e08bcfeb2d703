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
    CHECK(targets[3].address == "10.0.0.6"); // of a ping scan
    REQUIRE(read.inventory.notes.size() == 1);
    CHECK(read.inventory.notes[0].find("1 hosts are up without") != std::string::npos);
}

TEST_CASE("nmap: several hosts with one name, hostile and foreign texts", "[inventory][nmap]") {
    const std::string name = "<hostnames><hostname name=\"same\" type=\"PTR\"/></hostnames>";
    const auto read = nmap(host("10.0.0.1", name) + host("10.0.0.2", name));
    REQUIRE(read.complaints().empty());
    CHECK(read.inventory.targets[0].name == "same");
    CHECK(read.inventory.targets[1].name == "10.0.0.2");
    CHECK(nmap(host("10.0.0.1; rm", "")).complaint().find("scan.xml: host 1") == 0);
    for (const auto* text : {"", "<a/>", "not xml", "<nmaprun>", "<nmaprun><host>"}) {
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
