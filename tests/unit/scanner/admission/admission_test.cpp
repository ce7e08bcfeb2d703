// What an inventory's limits mean, and to which part of the estate a target belongs.
#include "scanner/admission/admission.hpp"
#include "scanner/admission/keys.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

Target target(const std::string& name, const std::string& credential = "c") {
    Target made;
    made.name = name;
    made.id = name;
    made.credential = credential;
    made.route = {"winrm"};
    return made;
}

HostResult ended_with(std::size_t host, Phase reached, std::optional<Error> error) {
    HostResult result;
    result.index = host;
    Attempt attempt;
    attempt.reached = reached;
    attempt.error = std::move(error);
    result.attempts.push_back(std::move(attempt));
    return result;
}

struct Gate {
    explicit Gate(std::vector<Target> hosts, AdmissionRules rules)
        : targets(std::move(hosts)),
          admission(targets, rules, {[] {}, [](const auto&, const auto&) {}}) {}

    // The hosts that may go now.
    std::vector<std::size_t> take() {
        std::vector<std::size_t> hosts;
        while (const auto host = admission.take())
            hosts.push_back(*host);
        return hosts;
    }

    std::vector<Target> targets;
    Admission admission;
};

using Hosts = std::vector<std::size_t>;

} // namespace

TEST_CASE("admission: the tightest of several limits of a range holds", "[admission]") {
    const auto rules = admission_rules(
        {{LimitRange::all, 100, {}},
         {LimitRange::all, 80, {}},
         {LimitRange::subnet, 64, {}},
         {LimitRange::subnet, 96, {}},
         {LimitRange::subscription, 5, {}},
         {LimitRange::transport, 7, {}},
         {LimitRange::credential, 9, 2}},
        256
    );
    CHECK(rules.jobs == 80);
    CHECK(rules.subnet == 64u);
    CHECK(rules.subscription == 5u);
    CHECK(rules.transport == 7u);
    CHECK(rules.credential == 9u);
    CHECK(rules.max_auth_failures == 2);
    CHECK(admission_rules({}, 256).max_auth_failures == 3);
    CHECK(admission_rules({{LimitRange::all, 500, {}}}, 256).jobs == 256); // never more than --jobs
}

TEST_CASE("admission: how many may be on the way beside those at work", "[admission]") {
    CHECK(admission_rules({}, 256).connecting == 0);
    CHECK(admission_rules({}, 256, 10'000).connecting == 255 * 8);
    CHECK(admission_rules({}, 256, 100).connecting == 100);
    CHECK(admission_rules({}, 1, 100).connecting == 0);
    // All that the inventory allows, and no more.
    CHECK(admission_rules({{LimitRange::all, 300, {}}}, 256, 10'000).connecting == 44);
    CHECK(admission_rules({{LimitRange::all, 64, {}}}, 256, 10'000).connecting == 0);
    CHECK(admission_rules({{LimitRange::all, 0, {}}}, 256, 10'000).connecting == 0);
}

TEST_CASE("admission: networks and subscriptions", "[admission]") {
    const auto subnet = [](const char* text) { return subnet_of(asio::ip::make_address(text)); };
    CHECK(subnet("10.1.2.3") == "10.1.2.0/24");
    CHECK(subnet("10.1.2.255") == subnet("10.1.2.0"));
    CHECK(subnet("10.1.3.0") != subnet("10.1.2.0"));
    CHECK(subnet("::ffff:10.1.2.3") == "10.1.2.0/24");
    CHECK(subnet("fd00:0:0:1::9") == subnet("fd00::1:ffff:0:0:1"));
    CHECK(subnet("fd00:0:0:2::9") != subnet("fd00:0:0:1::9"));
    Target one;
    CHECK(subscription_of(one).empty());
    one.vm = "/Subscriptions/ABC-1/resourceGroups/rg/providers/x/virtualMachines/y";
    CHECK(subscription_of(one) == "abc-1");
    one.address = "fe80::1%eth0";
    CHECK_FALSE(literal_address(one) == std::nullopt);
    one.address = "web-01";
    CHECK(literal_address(one) == std::nullopt);
}

TEST_CASE("admission: scopes hold by themselves, and a full one holds up no other", "[admission]") {
    AdmissionRules rules;
    rules.jobs = 100;
    rules.subnet = 2;
    Gate gate({target("a", ""), target("b", ""), target("c", ""), target("d", "")}, rules);
    for (std::size_t host = 0; host < 3; ++host)
        gate.admission.add(host, "10.0.0.0/24");
    gate.admission.add(3, "10.0.1.0/24");
    CHECK(gate.take() == Hosts{0, 3, 1});
    gate.admission.ended(ended_with(0, Phase::run, {}));
    CHECK(gate.take() == Hosts{2});
}

TEST_CASE("admission: limits per subscription and transport", "[admission]") {
    AdmissionRules rules;
    rules.jobs = 100;
    SECTION("subscription") {
        rules.subscription = 1;
        auto one = target("a", "");
        one.vm = "/subscriptions/s1/x/virtualMachines/a";
        auto two = target("b", "");
        two.vm = "/subscriptions/S1/x/virtualMachines/b";
        auto three = target("c", "");
        three.vm = "/subscriptions/s2/x/virtualMachines/c";
        Gate gate({one, two, three, target("d", "")}, rules);
        for (std::size_t host = 0; host < 4; ++host)
            gate.admission.add(host, "");
        CHECK(gate.take() == Hosts{0, 2, 3});
    }
    SECTION("transport") {
        rules.transport = 1;
        auto other = target("b", "");
        other.route = {"ssh"};
        Gate gate({target("a", ""), target("c", ""), other}, rules);
        for (std::size_t host = 0; host < 3; ++host)
            gate.admission.add(host, "");
        CHECK(gate.take() == Hosts{0, 2});
    }
}

TEST_CASE("admission: the first hosts of each credential go alone", "[admission]") {
    std::vector<Target> hosts;
    for (int i = 0; i < 20; ++i)
        hosts.push_back(target("h" + std::to_string(i), i < 10 ? "a" : "b"));
    AdmissionRules rules;
    rules.jobs = 100;
    Gate gate(hosts, rules);
    for (std::size_t host = 0; host < 20; ++host)
        gate.admission.add(host, "");
    CHECK(gate.take().size() == 6);
    // Nobody answers: one more for each, so that dead hosts do not cost a deadline by threes.
    gate.admission.ended(ended_with(0, Phase::connect, Error(Phase::connect, Errc::timed_out, "")));
    CHECK(gate.take().size() == 2);
}

TEST_CASE("admission: what an end says about the network", "[admission]") {
    const auto traffic = [](Phase reached, Errc code) {
        return traffic_of(ended_with(0, reached, Error(reached, code, "x")));
    };
    CHECK(traffic(Phase::connect, Errc::timed_out) == Traffic::crowded);
    CHECK(traffic(Phase::tls, Errc::timed_out) == Traffic::crowded);
    CHECK(traffic(Phase::run, Errc::timed_out) == Traffic::clear);
    CHECK(traffic(Phase::connect, Errc::refused) == Traffic::clear);
    CHECK(traffic(Phase::authenticate, Errc::access_denied) == Traffic::clear);
    CHECK(traffic(Phase::connect, Errc::local_limit) == Traffic::foreign);
    CHECK(traffic(Phase::connect, Errc::cancelled) == Traffic::foreign);
    CHECK(traffic(Phase::resolve, Errc::timed_out) == Traffic::foreign);
    CHECK(traffic_of(ended_with(0, Phase::decode, {})) == Traffic::clear);
}

TEST_CASE(
    "admission: so many serial consoles of a subscription, and more of another", "[admission]"
) {
    std::vector<Target> hosts(9);
    for (std::size_t at = 0; at < hosts.size(); ++at) {
        hosts[at].route = {"serial"};
        hosts[at].vm =
            std::string("/subscriptions/") + (at < 6 ? "AA" : "bb") + "/resourceGroups/x";
    }
    AdmissionRules rules;
    rules.serial = 2;
    Gate gate(hosts, rules);
    for (std::size_t at = 0; at < hosts.size(); ++at)
        gate.admission.add(at, "");
    auto first = gate.take();
    std::sort(first.begin(), first.end());
    CHECK(first == Hosts{0, 1, 6, 7});
    HostResult done;
    done.index = 0;
    gate.admission.ended(done);
    CHECK(gate.take() == Hosts{2});
}
