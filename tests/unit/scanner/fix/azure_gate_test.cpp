// A port is opened in both groups that stand before a VM, or in neither, and what was opened is
// closed: request by request, each refused in turn.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/azure_desk.hpp"

using namespace rdpsweep;
using nlohmann::json;
using rdpsweep::test::AzureDesk;
using rdpsweep::test::rdp_let_in;
using rdpsweep::test::run_task;

namespace {

const std::string estate = "/subscriptions/aa/resourceGroups/rg";
const std::string gated_vm = estate + "/providers/Microsoft.Compute/virtualMachines/web";
const std::string network = estate + "/providers/Microsoft.Network";
const PortMove moved{3389, 3390, 300, "p1"};
const std::string opening = rule_name(gated_vm, moved);

std::string group_id(const std::string& name) {
    return network + "/networkSecurityGroups/" + name;
}

json let_in(const std::string& name = "rdp") {
    return {{"name", name}, {"properties", rdp_let_in()}};
}

json group_of(const std::string& name, json rules = json::array({let_in()})) {
    return {
        {"id", group_id(name)},
        {"name", name},
        {"properties", {{"securityRules", std::move(rules)}}}};
}

// A group in which an earlier try has made the rule.
json opened_group(const std::string& name) {
    const GatedVm web{opening, "10.1.0.4"};
    auto ours = json::parse(rule_for(group_of(name), web, moved)->body);
    ours["name"] = opening;
    return group_of(name, json::array({let_in(), ours}));
}

struct Gatehouse : AzureDesk {
    Gatehouse() : AzureDesk(gated_vm) {}

    // The VM, its interface, its subnet and both groups.
    void shows(const json& at_interface, const json& at_subnet) {
        answers(
            {{"properties",
              {{"networkProfile", {{"networkInterfaces", {{{"id", network + "/nic/first"}}}}}}}}}
        );
        answers(
            {{"properties",
              {{"networkSecurityGroup", {{"id", group_id("nic-nsg")}}},
               {"ipConfigurations",
                {{{"properties",
                   {{"privateIPAddress", "10.1.0.4"}, {"subnet", {{"id", network + "/sub"}}}}}}}}}}}
        );
        answers({{"properties", {{"networkSecurityGroup", {{"id", group_id("sub-nsg")}}}}}});
        answers(at_interface);
        answers(at_subnet);
    }

    void state(const char* word) { answers({{"properties", {{"provisioningState", word}}}}); }

    Result<std::string> open() {
        return run_task([&](HostDeadline& deadline) {
            given = &deadline;
            return guard.open_port(target, moved, deadline);
        });
    }

    std::string open_or_why() {
        auto opened = open();
        return opened ? *opened : std::string(opened.error().detail());
    }

    Status close() {
        const auto done = run_task([&](HostDeadline& deadline) -> Task<Result<bool>> {
            auto closed = co_await guard.close_port(target, moved, deadline);
            if (!closed) co_return std::move(closed).error();
            co_return true;
        });
        return done ? Status() : Status(done.error());
    }

    std::string missing() {
        return *run_task([&](HostDeadline& deadline) -> Task<Result<std::string>> {
            auto words = co_await guard.missing_rule(target, moved, deadline);
            co_return words;
        });
    }

    HostDeadline* given = nullptr;
};

constexpr std::size_t looks = 5; // requests before anything is made

std::string at(const std::string& method, const std::string& group) {
    return method + " " + group_id(group) + "/securityRules/" + opening + "?api-version=2023-11-01";
}

using Asked = std::vector<std::string>;

} // namespace

TEST_CASE("azure gate: the rule is made in both groups, and waited for", "[fix]") {
    Gatehouse house;
    house.shows(group_of("nic-nsg"), group_of("sub-nsg"));
    house.answers({}, 200);
    house.state("succeeded");
    house.answers({}, 202);
    house.state("Succeeded");
    const auto opened = house.open();
    REQUIRE(opened);
    CHECK(*opened == "nic-nsg/" + opening + ", sub-nsg/" + opening);
    const auto asked = house.asked_from(0);
    REQUIRE(asked.size() == looks + 4);
    CHECK(asked[0] == "GET " + gated_vm + "?api-version=2024-07-01");
    CHECK(asked[1] == "GET " + network + "/nic/first?api-version=2023-11-01");
    CHECK(asked[2] == "GET " + network + "/sub?api-version=2023-11-01");
    CHECK(asked[3] == "GET " + group_id("nic-nsg") + "?api-version=2023-11-01");
    CHECK(asked[4] == "GET " + group_id("sub-nsg") + "?api-version=2023-11-01");
    CHECK(
        house.asked_from(looks) ==
        Asked{
            at("PUT", "nic-nsg"), at("GET", "nic-nsg"), at("PUT", "sub-nsg"), at("GET", "sub-nsg")}
    );
    const auto body = json::parse(house.rest.asked[looks].body)["properties"];
    CHECK(body["destinationPortRange"] == "3390");
    CHECK(body["sourceAddressPrefix"] == "198.51.100.0/24");
    CHECK(body["destinationAddressPrefix"] == "10.1.0.4");
}

TEST_CASE("azure gate: what an earlier try made is not made again, and counts", "[fix]") {
    Gatehouse house;
    house.shows(opened_group("nic-nsg"), group_of("sub-nsg", json::array()));
    const auto opened = house.open();
    REQUIRE(opened);
    CHECK(*opened == "nic-nsg/" + opening);
    CHECK(house.rest.asked.size() == looks);
    Gatehouse wide;
    wide.shows(group_of("nic-nsg", json::array()), group_of("sub-nsg", json::array()));
    CHECK(wide.open_or_why() == "");
}

TEST_CASE("azure gate: one group that cannot be opened keeps the other shut", "[fix]") {
    Gatehouse house;
    house.shows(group_of("nic-nsg"), group_of("sub-nsg", json::array({let_in("a"), let_in("b")})));
    const auto opened = house.open();
    REQUIRE_FALSE(opened);
    CHECK(
        opened.error().detail() == "network security group sub-nsg: port 3389 is allowed by a and b"
    );
    CHECK(house.rest.asked.size() == looks);
}

TEST_CASE("azure gate: a refusal is told, with the rights that it takes", "[fix]") {
    Gatehouse house;
    house.shows(group_of("nic-nsg"), group_of("sub-nsg"));
    house.answers({{"error", {{"code", "AuthorizationFailed"}, {"message", "no"}}}}, 403);
    const auto opened = house.open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code() == Errc::access_denied);
    CHECK_THAT(std::string(opened.error().hint()), Catch::Contains("fix-port.json"));
    CHECK(house.rest.asked.size() == looks + 1); // neither tried again nor asked about
}

TEST_CASE("azure gate: a rule that Azure does not make is no success", "[fix]") {
    Gatehouse failed;
    failed.shows(group_of("nic-nsg"), group_of("sub-nsg"));
    failed.answers({}, 201);
    failed.state("failed");
    CHECK(failed.open().error().detail() == "Azure did not open the port: failed");
    CHECK(failed.rest.asked.size() == looks + 2);
    Gatehouse late;
    late.shows(group_of("nic-nsg"), group_of("sub-nsg"));
    late.answers({}, 201);
    late.state("Updating");
    late.rest.on_send = [&late] {
        if (late.rest.asked.size() == looks + 2) late.given->abort();
    };
    CHECK(late.open().error().detail() == "Azure did not open the port: Updating");
}

TEST_CASE("azure gate: only what this plan made for this VM is closed", "[fix]") {
    for (const unsigned status : {200u, 202u, 204u, 404u}) {
        INFO(status);
        Gatehouse house;
        house.shows(group_of("nic-nsg"), opened_group("sub-nsg"));
        house.answers({}, status);
        const bool begun_only = status == 202; // until the rule is gone, it is open
        if (begun_only) house.answers({{"error", {{"code", "NotFound"}}}}, 404);
        CHECK(house.close());
        auto asked = Asked{at("DELETE", "sub-nsg")};
        if (begun_only) asked.push_back(at("GET", "sub-nsg"));
        CHECK(house.asked_from(looks) == asked);
    }
    {
        constexpr unsigned status = 403; // others are tried again: see azure_turns_test.cpp
        Gatehouse house;
        house.shows(opened_group("nic-nsg"), opened_group("sub-nsg"));
        house.answers({{"error", {{"code", "X"}, {"message", "m"}}}}, status);
        CHECK_FALSE(house.close());
        CHECK(house.asked_from(looks) == Asked{at("DELETE", "nic-nsg")});
    }
    Gatehouse others;
    auto by_hand = opened_group("nic-nsg");
    by_hand["properties"]["securityRules"][1]["properties"]["description"] = "by hand";
    others.shows(by_hand, group_of("sub-nsg"));
    CHECK(others.close());
    CHECK(others.rest.asked.size() == looks);
}

TEST_CASE("azure gate: what is missing is told group by group", "[fix]") {
    Gatehouse house;
    house.shows(group_of("nic-nsg"), group_of("sub-nsg", json::array({let_in("a"), let_in("b")})));
    CHECK(
        house.missing() ==
        "network security group nic-nsg lacks a rule for TCP 3390 like its rule rdp for 3389; "
        "network security group sub-nsg: port 3389 is allowed by a and b"
    );
    CHECK(house.rest.asked.size() == looks);
    Gatehouse wide;
    wide.shows(group_of("nic-nsg", json::array()), opened_group("sub-nsg"));
    CHECK(wide.missing() == "");
    Gatehouse nobody; // what cannot be asked is not told as missing
    nobody.answers({{"error", {{"code", "X"}, {"message", "m"}}}}, 403);
    CHECK(nobody.missing() == "");
}

TEST_CASE("azure gate: the primary interface and the primary address count", "[fix]") {
    const auto of = [](const char* id, bool primary) {
        return json{{"id", network + id}, {"properties", {{"primary", primary}}}};
    };
    const auto address = [](const char* text, bool primary) {
        return json{{"properties", {{"privateIPAddress", text}, {"primary", primary}}}};
    };
    Gatehouse house;
    house.answers(
        {{"properties",
          {{"networkProfile", {{"networkInterfaces", {of("/nic/1", false), of("/nic/2", true)}}}}}}}
    );
    house.answers(
        {{"properties",
          {{"networkSecurityGroup", {{"id", group_id("nic-nsg")}}},
           {"ipConfigurations", {address("10.1.0.9", false), address("10.1.0.4", true)}}}}}
    );
    house.answers(group_of("nic-nsg"));
    house.answers({}, 200);
    house.state("Succeeded");
    REQUIRE(house.open_or_why() == "nic-nsg/" + opening); // no subnet, no second group
    CHECK(house.asked_from(1)[0] == "GET " + network + "/nic/2?api-version=2023-11-01");
    const auto body = json::parse(house.rest.asked[3].body)["properties"];
    CHECK(body["destinationAddressPrefix"] == "10.1.0.4");
    Gatehouse nameless;
    nameless.answers(
        {{"properties", {{"networkProfile", {{"networkInterfaces", {of("/nic/1", true)}}}}}}}
    );
    nameless.answers({{"properties", {{"ipConfigurations", json::array()}}}});
    CHECK(nameless.open().error().detail() == "Azure does not tell its address");
}
