// Opening and closing a port in Azure's network: what Azure is asked about until it is done, and
// many VMs behind one network security group.
#include "core/spawn.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/azure_desk.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;
using nlohmann::json;
using rdpsweep::azure::answer_of;
using rdpsweep::test::run_task;

namespace {

const PortMove move{3389, 3390, 300, "p1"};
const std::string place = "/subscriptions/s/resourceGroups/g/providers/";

// VMs "1", "2", ... whose interfaces share one group. A write to it ends at the second look, and
// another one until then is refused.
class Network final : public azure::Rest {
public:
    std::string end = "Succeeded"; // the state in which a rule ends
    int refuses = 0;               // so many writes more, as if somebody else were at it
    int refused = 0;               // writes, so far
    std::map<std::string, json> rules{{"rdp", test::rdp_let_in()}};
    std::vector<std::string> states; // of a rule, as they were told
    int asked = 0;                   // requests, so far

    Task<Result<azure::RestAnswer>>
    send(azure::RestRequest request, HostDeadline& deadline) override {
        ++asked;
        (void)co_await deadline.sleep(std::chrono::milliseconds(1));
        co_return answer(request);
    }

private:
    static azure::RestAnswer tell(const json& body, unsigned status = 200) {
        return answer_of(status, body.dump());
    }

    azure::RestAnswer answer(const azure::RestRequest& request) {
        const auto path = request.url.substr(0, request.url.find('?'));
        const auto name = path.substr(path.rfind('/') + 1);
        if (path.find("/securityRules/") != std::string::npos) return of_rule(request, name);
        if (path.find("virtualMachines") != std::string::npos)
            return tell(
                {{"properties",
                  {{"networkProfile",
                    {{"networkInterfaces",
                      {{{"id", place + "Microsoft.Network/networkInterfaces/" + name}}}}}}}}}
            );
        if (path.find("networkInterfaces") != std::string::npos)
            return tell(
                {{"properties",
                  {{"networkSecurityGroup", {{"id", place + "Microsoft.Network/nsg"}}},
                   {"ipConfigurations",
                    {{{"properties", {{"privateIPAddress", "10.0.0." + name}}}}}}}}}
            );
        auto list = json::array();
        for (const auto& [rule, properties] : rules)
            list.push_back({{"name", rule}, {"properties", properties}});
        return tell(
            {{"name", "nsg"}, {"id", place + "nsg"}, {"properties", {{"securityRules", list}}}}
        );
    }

    azure::RestAnswer of_rule(const azure::RestRequest& request, const std::string& name) {
        if (request.method == "GET") return look(name);
        if (!changing_.empty() || refuses > 0) {
            if (refuses > 0) --refuses;
            ++refused;
            return tell(
                {{"error", {{"code", "AnotherOperationInProgress"}, {"message", "no"}}}}, 409
            );
        }
        changing_ = name;
        looks_ = 0;
        if (request.method == "PUT") rules[name] = json::parse(request.body)["properties"];
        rules[name]["provisioningState"] = request.method == "PUT" ? "Updating" : "Deleting";
        return tell({{"name", name}, {"properties", rules[name]}}, 202);
    }

    azure::RestAnswer look(const std::string& name) {
        const auto found = rules.find(name);
        if (found == rules.end()) return tell({{"error", {{"code", "NotFound"}}}}, 404);
        if (changing_ == name && ++looks_ == 2) {
            changing_.clear();
            if (found->second["provisioningState"] == "Deleting") {
                rules.erase(found);
                states.emplace_back("gone");
                return tell({{"error", {{"code", "NotFound"}}}}, 404);
            }
            found->second["provisioningState"] = end;
        }
        states.push_back(found->second["provisioningState"]);
        return tell({{"name", name}, {"properties", found->second}});
    }

    std::string changing_;
    int looks_ = 0;
};

struct Desk {
    Desk()
        : tokens(std::make_unique<rdpsweep::test::OneToken>(), [] { return std::int64_t{1000}; }),
          arm(network, tokens, *azure::find_cloud("AzureCloud")),
          guard(arm, std::chrono::milliseconds(4)) {}

    static Target vm(int number) {
        Target target;
        target.vm = place + "Microsoft.Compute/virtualMachines/" + std::to_string(number);
        return target;
    }

    Result<std::string> open() {
        const auto target = vm(1);
        return run_task([&](HostDeadline& deadline) {
            return guard.open_port(target, move, deadline);
        });
    }

    Status close() {
        const auto target = vm(1);
        return run_task([&](HostDeadline& deadline) {
            return guard.close_port(target, move, deadline);
        });
    }

    Network network;
    azure::TokenCache tokens;
    azure::Arm arm;
    AzureGuard guard;
};

using States = std::vector<std::string>;

} // namespace

TEST_CASE("azure turns: a rule is open once Azure says so, and closed once it is gone", "[fix]") {
    Desk desk;
    const auto opened = desk.open();
    REQUIRE(opened);
    CHECK(*opened == "nsg/" + rule_name(Desk::vm(1).vm, move));
    CHECK(desk.network.states == States{"Updating", "Succeeded"});
    const auto& rule = desk.network.rules.at(rule_name(Desk::vm(1).vm, move));
    CHECK(rule["destinationAddressPrefix"] == "10.0.0.1");
    CHECK(rule["direction"] == "Inbound");
    CHECK(rule["priority"] == 300);
    // What is there already is not made again.
    desk.network.states.clear();
    CHECK(*desk.open() == *opened);
    CHECK(desk.network.states.empty());
    REQUIRE(desk.close());
    CHECK(desk.network.states == States{"Deleting", "gone"});
    CHECK(desk.network.rules.size() == 1);
    REQUIRE(desk.close()); // nothing is left to close
}

TEST_CASE("azure turns: a rule that Azure could not make is none, and is made again", "[fix]") {
    for (const auto* end : {"Failed", "Canceled"}) {
        INFO(end);
        Desk desk;
        desk.network.end = end;
        const auto failed = desk.open();
        REQUIRE_FALSE(failed);
        CHECK(failed.error().detail() == std::string("Azure did not open the port: ") + end);
        // It stands in the list, and lets nobody in.
        const auto target = Desk::vm(1);
        const auto missing = run_task([&](HostDeadline& deadline) -> Task<Result<std::string>> {
            auto words = co_await desk.guard.missing_rule(target, move, deadline);
            co_return words;
        });
        CHECK_THAT(*missing, Catch::Contains("lacks a rule for TCP 3390 like its rule rdp"));
        desk.network.end = "Succeeded";
        REQUIRE(desk.open());
        CHECK(desk.network.rules.at(rule_name(target.vm, move))["priority"] == 300);
        desk.network.rules.at(rule_name(target.vm, move))["provisioningState"] = end;
        REQUIRE(desk.close()); // what failed is taken away, too
        CHECK(desk.network.rules.size() == 1);
    }
}

TEST_CASE("azure turns: somebody else who writes to the group is waited for", "[fix]") {
    Desk desk;
    desk.network.refuses = 4;
    CHECK(desk.open());
    CHECK(desk.network.refused == 4);
    desk.network.refuses = 4;
    CHECK(desk.close());
    CHECK(desk.network.rules.size() == 1);
    desk.network.refuses = 5;
    CHECK_FALSE(desk.open()); // not for ever
}

TEST_CASE("azure turns: VMs behind one group take turns, and none loses its tries", "[fix]") {
    constexpr int vms = 12;
    Desk desk;
    asio::io_context lane{1};
    std::list<HostDeadline> deadlines; // each VM has its own, and its own account of bytes
    for (int number = 0; number < vms; ++number)
        deadlines.emplace_back(lane.get_executor(), Clock::now() + std::chrono::minutes(10));
    auto free_deadline = deadlines.begin();
    int open = 0, closed = 0;
    const auto there_and_back = [&](int number) -> Task<void> {
        const auto target = Desk::vm(number);
        auto& deadline = *free_deadline++;
        auto opened = co_await desk.guard.open_port(target, move, deadline);
        if (opened) ++open;
        auto shut = co_await desk.guard.close_port(target, move, deadline);
        if (shut) ++closed;
    };
    for (int number = 1; number <= vms; ++number)
        spawn(lane.get_executor(), there_and_back(number));
    while (closed < vms && !deadlines.front().expired() && lane.run_one() > 0) {
    }
    CHECK(open == vms);
    CHECK(closed == vms);
    CHECK(desk.network.refused == 0);
    CHECK(desk.network.rules.size() == 1);
    // A turn: three reads, three more after another's turn, the write, and two looks at it. Those
    // that wait ask nothing.
    CHECK(desk.network.asked <= vms * 2 * 9);
    deadlines.front().abort();
    lane.poll();
}
