// What each row of the registry says of its way in, and by which names a row is found.
#include "tests/support/catch.hpp"
#include "transports/registry.hpp"

#include <set>
#include <string>
#include <vector>

using namespace rdpsweep;

namespace {

// A target whose ports and accounts all differ.
Target told_apart() {
    Target target;
    target.winrm.port = 1;
    target.ssh.edit().port = 2;
    target.rdp_port = 3;
    target.ssh.edit().user = "admin";
    return target;
}

// The port of the row of that name; 0: it has none.
int port_of(std::string_view name) {
    const auto port = traits_of(name).port;
    return port == nullptr ? 0 : port(told_apart());
}

std::string user_of(std::string_view name) {
    const auto user = traits_of(name).user;
    return user == nullptr ? "" : user(told_apart());
}

} // namespace

TEST_CASE("registry: each transport has the port, the user and the questions it is asked for") {
    std::set<std::string_view> asked;
    const auto row = [&asked](std::string_view name) {
        asked.insert(name);
        return traits_of(name);
    };
    CHECK(row("winrm").questions == Questions::cim);
    CHECK(row("ssh").questions == Questions::none);
    CHECK(row("run-command").questions == Questions::none);
    CHECK(row("serial").questions == Questions::cmd);
    CHECK(row("disk").questions == Questions::none);
    CHECK(port_of("winrm") == 1);
    CHECK(port_of("ssh") == 2);
    CHECK(port_of("run-command") == 0);
    CHECK(port_of("serial") == 0);
    CHECK(port_of("disk") == 0);
    CHECK(user_of("winrm").empty());
    CHECK(user_of("ssh") == "admin");
    CHECK(user_of("run-command").empty());
    CHECK(user_of("serial").empty());
    // A new row has to be asked about here, too.
    CHECK(asked.size() == all_transports().size());
    for (const auto& kind : all_transports())
        CHECK(asked.count(kind.name) == 1);
}

TEST_CASE("registry: what connects has a port, what Azure leads to needs no address") {
    for (const auto& kind : all_transports()) {
        CAPTURE(kind.name);
        CHECK(kind.traits.needs_address() == (kind.traits.port != nullptr));
        CHECK(kind.traits.needs_address() == !(kind.traits.by_azure || kind.traits.by_disk));
        CHECK_FALSE((kind.traits.by_azure && kind.traits.by_disk));
        CHECK_FALSE((kind.traits.by_agent && !kind.traits.by_azure));
    }
}

TEST_CASE("registry: one way in reads a disk, and logs on nowhere") {
    std::vector<std::string_view> readers;
    for (const auto& kind : all_transports()) {
        if (!kind.traits.by_disk) continue;
        readers.push_back(kind.name);
        CHECK_FALSE(kind.traits.logs_on);
    }
    CHECK(readers == std::vector<std::string_view>{"disk"});
}

TEST_CASE("registry: a source is asked like a transport, and logs on nowhere") {
    const auto& source = outside_source();
    CHECK_FALSE(traits_of(source.name).logs_on);
    CHECK(traits_of(source.name).needs_address());
    CHECK(port_of("rdp") == 3);
}

TEST_CASE("registry: an attempt by the second way is found by its name") {
    CHECK(traits_of("winrm-http").questions == Questions::cim);
    CHECK(port_of("winrm-http") == 1);
}

TEST_CASE("registry: what is in no row counts as a network path that logs on") {
    const auto unknown = traits_of("smoke-signals");
    CHECK(unknown.logs_on);
    CHECK(unknown.needs_address());
    CHECK(port_of("smoke-signals") == 0);
    CHECK(port_of("") == 0); // not that of a row without a second name
}

TEST_CASE("registry: no two ways in share a name") {
    std::set<std::string_view> names;
    std::size_t rows = 0;
    const auto add = [&](std::string_view name) {
        if (name.empty()) return;
        ++rows;
        names.insert(name);
    };
    for (const auto& kind : all_transports()) {
        add(kind.name);
        add(kind.second_name);
    }
    add(outside_source().name);
    CHECK(names.size() == rows);
}
