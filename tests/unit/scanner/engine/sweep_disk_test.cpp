// Hosts that are read from their disks: what Azure knows of them, and what is noted of the disk.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/engine/sweep_rig.hpp"
#include "tests/unit/scanner/fix/azure_desk.hpp"

using namespace rdpsweep;
using namespace rdpsweep::sweep_test;

namespace {

std::vector<std::string> notes_of(const Attempt& attempt) {
    std::vector<std::string> keys;
    for (const auto& note : attempt.notes)
        keys.push_back(note.key);
    return keys;
}

// Adds "dead-0", which only its disk leads to.
void add_disk(Rig& rig) {
    rig.transports.emplace("disk", std::make_unique<FakeTransport>(rig.world));
    rig.add("dead", 1);
    rig.targets.back().route = {"disk"};
}

} // namespace

TEST_CASE("sweep: a host read from its disk is told apart, and noted as such", "[sweep]") {
    Rig rig;
    add_disk(rig);
    rig.add("fine", 2);
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::assessed) == 3);
    CHECK(rig.totals.disk_alone() == 1);
    CHECK(rig.totals.balanced());
    for (const auto& host : rig.results) {
        INFO(host.target.name);
        const bool from_disk = host.target.name == "dead-0";
        CHECK(host.source == (from_disk ? Source::disk : Source::vm));
        CHECK(notes_of(host.attempts.back()).empty() == !from_disk);
        if (!from_disk) continue;
        CHECK(notes_of(host.attempts.back()) == std::vector<std::string>{"note.disk_stopped"});
        CHECK(host.disk.last_alive == 1'795'197'604);
        CHECK(host.by_disk_alone());
    }
}

TEST_CASE("sweep: Azure is asked of a host that its disk alone speaks for", "[sweep]") {
    test::AzureDesk desk("");
    Rig rig;
    rig.services.evidence = &desk.arm;
    rig.add("fine", 1);
    add_disk(rig);
    for (auto& target : rig.targets)
        target.vm = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/"
                    "virtualMachines/" +
                    target.name;
    desk.answers({{"statuses", {{{"code", "PowerState/deallocated"}}}}});
    desk.answers({{"error", {{"code", "NotFound"}, {"message", "no boot diagnostics"}}}}, 404);
    REQUIRE(rig.run({}));
    REQUIRE_FALSE(desk.rest.asked.empty());
    for (const auto& request : desk.rest.asked)
        CHECK(request.url.find("virtualMachines/dead-0") != std::string::npos);
    for (const auto& host : rig.results) {
        if (host.target.name != "dead-0") continue;
        REQUIRE(host.attempts.size() == 2);
        // The attempt of the route stays the last one.
        CHECK(host.attempts[0].transport == "azure");
        REQUIRE_FALSE(host.attempts[0].notes.empty());
        CHECK(host.attempts[0].notes[0].arguments.at("power") == "deallocated");
        CHECK(host.attempts[1].transport == "disk");
        CHECK(host.outcome == Outcome::assessed);
    }
}
