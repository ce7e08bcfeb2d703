// The fleet: deterministic, complete, addressable, and honest about itself.
#include "tests/simfleet/fleet.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

using namespace simfleet;
using nlohmann::json;

namespace {

constexpr std::int64_t today = 1'790'000'000;

const std::set<std::string> rules{
    "PORT.OWNER",   "PORT.NOLISTEN", "PORT.MOVED",   "SVC.STATE",       "SVC.ACCOUNT",
    "RDP.DENIED",   "RDP.LISTENER",  "SEC.LAYER",    "TLS.PROTO",       "TLS.13FORCED",
    "TLS.LEGACY",   "TLS.SUITES",    "FIPS",         "KEY.PRESENT",     "KEY.ACL",
    "KEY.FOLDER",   "KEY.OVERGRANT", "STORE.ACL",    "CERT.SELF.VALID", "CERT.CA.VALID",
    "CERT.PIN",     "CERT.BINDING",  "CERT.CORRUPT", "GPO.MANAGED",     "GPO.GPSVC",
    "PENDING",      "EMS.READY",     "DUMP.READY",   "EVT.SCHANNEL",    "EVT.RDPCERT",
    "EVT.KEYAUDIT", "HANDSHAKE",     "NLA.CREDSSP",  "NLA.CHANNEL",     "DISK.FULL"};

std::vector<Truth> all_truths() {
    std::vector<Truth> truths;
    for (const auto* profile : all_profiles()) {
        const auto builds = profile->builds.empty() ? all_builds() : profile->builds;
        for (const auto build : builds)
            truths.push_back(truth_of(*profile, build));
    }
    return truths;
}

std::size_t count(const Fleet& fleet, Manner manner) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < fleet.size(); ++i)
        found += fleet.manner(i) == manner ? 1 : 0;
    return found;
}

} // namespace

TEST_CASE("simfleet profiles: names are unique and weights draw from every kind", "[simfleet]") {
    std::set<std::string_view> names;
    std::map<Kind, std::uint32_t> weights;
    for (const auto* profile : all_profiles()) {
        CHECK(names.insert(profile->name).second);
        weights[profile->kind] += profile->weight;
    }
    CHECK(weights.size() == 5);
    for (const auto& [kind, weight] : weights)
        CHECK(weight > 0);
    CHECK(find_profile("healthy_2019") != nullptr);
    CHECK(find_profile("no_such") == nullptr);
}

TEST_CASE("simfleet profiles: every manner of the wire has one", "[simfleet]") {
    std::set<Manner> manners;
    for (const auto* profile : all_profiles())
        manners.insert(profile->wire.manner);
    for (int i = 0; i <= static_cast<int>(Manner::empty_500); ++i) {
        CAPTURE(i);
        CHECK(manners.count(static_cast<Manner>(i)) == 1);
    }
}

TEST_CASE(
    "simfleet profiles: every rule is broken by some profile as far as it can be", "[simfleet]"
) {
    std::map<std::string, std::set<std::string>> seen;
    for (const auto& truth : all_truths()) {
        for (const auto& [rule, expected] : truth.findings) {
            if (rule.starts_with("OUT.")) continue;
            CHECK(rules.count(rule) == 1);
            seen[rule].insert(expected.verdict);
        }
    }
    for (const auto& rule : rules) {
        CAPTURE(rule);
        CHECK_FALSE(seen[rule].empty());
    }
    // The cells of the judgement table that a look from inside the VM can produce.
    for (const auto* rule : {"PORT.OWNER",   "PORT.MOVED",      "SVC.STATE",     "RDP.DENIED",
                             "RDP.LISTENER", "SEC.LAYER",       "TLS.PROTO",     "TLS.SUITES",
                             "FIPS",         "KEY.PRESENT",     "KEY.ACL",       "KEY.FOLDER",
                             "STORE.ACL",    "CERT.SELF.VALID", "CERT.CA.VALID", "CERT.PIN",
                             "CERT.CORRUPT", "EVT.SCHANNEL",    "EVT.RDPCERT",   "EVT.KEYAUDIT",
                             "DISK.FULL"}) {
        CAPTURE(rule);
        CHECK(seen[rule].count("broken") == 1);
        CHECK(seen[rule].count("at_risk") == 1);
    }
}

TEST_CASE("simfleet profiles: truths use the words of the report", "[simfleet]") {
    const std::set<std::string> verdicts{"broken", "at_risk", "unknown", "ok", "not_applicable"};
    const std::set<std::string> causes{
        "rdp_port",
        "machine_keys",
        "tls_protocols",
        "rdp_certificate",
        "services",
        "listener_security",
        "group_policy",
        "unexplained",
        "none"};
    for (const auto& truth : all_truths()) {
        CHECK(verdicts.count(truth.verdict) == 1);
        CHECK(causes.count(truth.root_cause) == 1);
        CHECK(
            (truth.root_cause == "none") ==
            (truth.verdict != "broken" && truth.verdict != "at_risk")
        );
        for (const auto& [rule, expected] : truth.findings)
            CHECK(verdicts.count(expected.verdict) == 1);
        if (truth.outcome != "assessed") CHECK(truth.findings.empty());
    }
}

TEST_CASE("simfleet profiles: a truth says everything of a finding", "[simfleet]") {
    const std::set<std::string> severities{"low", "medium", "high", "critical"};
    const std::set<std::string> confidences{"circumstantial", "direct", "functional"};
    for (const auto& truth : all_truths()) {
        for (const auto& [rule, expected] : truth.findings) {
            CAPTURE(rule, expected.verdict, expected.key);
            CHECK_FALSE(cause_of(rule).empty());
            CHECK(expected.key.empty() == (expected.verdict == "ok"));
            const bool matters = expected.verdict != "ok" && expected.verdict != "not_applicable";
            CHECK(severities.count(expected.severity) == (matters ? 1 : 0));
            CHECK(confidences.count(expected.confidence) == (matters ? 1 : 0));
            CHECK(expected.evidence.empty() != matters);
            for (const auto& pointer : expected.evidence)
                CHECK(pointer.starts_with('/'));
        }
    }
}

TEST_CASE("simfleet profiles: a cause is that of a finding of the VM's verdict", "[simfleet]") {
    for (const auto& truth : all_truths()) {
        if (truth.root_cause == "none") continue;
        std::set<std::string> causes;
        for (const auto& [rule, expected] : truth.findings) {
            if (expected.verdict != truth.verdict) continue;
            causes.insert(expected.cause.empty() ? std::string(cause_of(rule)) : expected.cause);
        }
        CAPTURE(truth.verdict, truth.root_cause);
        CHECK(causes.count(truth.root_cause) == 1);
    }
}

TEST_CASE("simfleet profiles: a line of a truth is read word by word", "[simfleet]") {
    const Expected whole("broken critical direct machine_keys:now /evt/0 /tls/TLS 1.0/server /a");
    CHECK(whole.verdict == "broken");
    CHECK(whole.severity == "critical");
    CHECK(whole.confidence == "direct");
    CHECK(whole.cause == "machine_keys");
    CHECK(whole.evidence == std::vector<std::string>{"/evt/0", "/tls/TLS 1.0/server", "/a"});
    CHECK(whole_key("EVT.X", whole) == "EVT.X.now");
    CHECK(whole_key("EVT.X", "unknown low direct rule.unread /evt") == "rule.unread");
    const Expected aside("not_applicable none");
    CHECK(aside.severity.empty());
    CHECK(aside.key == "none");
    CHECK(Expected("ok").key.empty());
    CHECK(cause_of("NO.SUCH").empty());
}

TEST_CASE("simfleet fleet: the same seed is the same fleet", "[simfleet]") {
    const Fleet first(300, 11, "demo", today);
    const Fleet again(300, 11, "demo", today);
    const Fleet other(300, 12, "demo", today);

    CHECK(first.truth_json() == again.truth_json());
    CHECK(first.inventory_yaml({}) == again.inventory_yaml({}));
    CHECK(first.truth_json() != other.truth_json());
    CHECK(
        first.at(5).state->registry.text(R"(SOFTWARE\Microsoft\Cryptography)", "MachineGuid") ==
        again.at(5).state->registry.text(R"(SOFTWARE\Microsoft\Cryptography)", "MachineGuid")
    );
}

TEST_CASE("simfleet fleet: addresses are unique, loopback, and find their VM", "[simfleet]") {
    std::set<std::string> addresses;
    for (std::size_t i = 0; i < 100'000; i += 7) {
        const auto address = address_of(i);
        REQUIRE(addresses.insert(address).second);
        REQUIRE(index_of(address) == i);
        REQUIRE_FALSE(address.starts_with("127.0.0."));
        REQUIRE_FALSE(address.ends_with(".0"));
        REQUIRE_FALSE(address.ends_with(".255"));
    }
    CHECK(address_of(0) == "127.0.1.1");
    for (const auto* text :
         {"127.0.0.1",
          "127.0.1.0",
          "127.0.1.255",
          "10.0.1.1",
          "127.0.1",
          "",
          "127.0.1.1x",
          "127.-1.1.1",
          "127.300.1.1"}) {
        CAPTURE(text);
        CHECK_FALSE(index_of(text));
    }
    const Fleet fleet(10, 1, "healthy", today);
    CHECK(fleet.by_address("127.0.1.4") == &fleet.at(3));
    CHECK(fleet.by_address("127.0.1.11") == nullptr);
}

TEST_CASE("simfleet fleet: mixes hold what they promise", "[simfleet]") {
    SECTION("trouble") {
        const Fleet fleet(1'000, 5, "trouble", today);
        CHECK(count(fleet, Manner::black_hole) == 50);
        CHECK(count(fleet, Manner::mute) == 50);
        CHECK(count(fleet, Manner::garbage) == 20);
        CHECK(count(fleet, Manner::endless) == 10);
        CHECK(count(fleet, Manner::polite) == 870);
    }
    SECTION("trouble in proportion") {
        const Fleet fleet(200, 5, "trouble", today);
        CHECK(count(fleet, Manner::black_hole) == 10);
        CHECK(count(fleet, Manner::endless) == 2);
        CHECK(count(fleet, Manner::polite) == 174);
    }
    SECTION("every") {
        const Fleet fleet(all_profiles().size() + 40, 5, "every", today);
        std::set<std::string_view> seen;
        for (std::size_t i = 0; i < all_profiles().size(); ++i)
            seen.insert(fleet.profile(i));
        CHECK(seen.size() == all_profiles().size());
        // What the fleets of tests/integration (support/lib.py, EVERY) and tests/powershell have.
        CHECK(all_profiles().size() <= 270);
    }
    SECTION("one") {
        const Fleet fleet(3, 5, "one:own_expired", today);
        CHECK(fleet.profile(2) == "own_expired");
    }
    SECTION("healthy") {
        const auto truth = json::parse(Fleet(400, 5, "healthy", today).truth_json());
        for (const auto& vm : truth.at("vms")) {
            CHECK((vm.at("verdict") == "ok" || vm.at("verdict") == "not_applicable"));
        }
    }
    CHECK_FALSE(known_mix("nonsense"));
    CHECK_FALSE(known_mix("one:nonsense"));
}

TEST_CASE("simfleet fleet: the demo is mostly well and wastes little patience", "[simfleet]") {
    const Fleet fleet(1'000, 5, "demo", today);
    std::map<Kind, std::size_t> kinds;
    for (std::size_t i = 0; i < fleet.size(); ++i) {
        ++kinds[find_profile(fleet.profile(i))->kind];
    }
    CHECK(kinds[Kind::healthy] == 550);
    CHECK(kinds[Kind::fault] + kinds[Kind::hostile] == 350);
    CHECK(kinds[Kind::wire] + kinds[Kind::slow_wire] == 100);
    CHECK(kinds[Kind::slow_wire] <= 10);
    const Fleet tiny(1, 5, "demo", today);
    CHECK(tiny.size() == 1);
}

TEST_CASE("simfleet fleet: the inventory is ASCII and holds every VM once", "[simfleet]") {
    const Fleet fleet(all_profiles().size(), 5, "every", today);
    InventoryOptions options;
    options.auth = "basic";
    const auto yaml = fleet.inventory_yaml(options);

    CHECK(std::all_of(yaml.begin(), yaml.end(), [](char c) {
        return c == '\n' || (c >= 0x20 && c < 0x7f);
    }));
    const auto lines = static_cast<std::size_t>(std::count(yaml.begin(), yaml.end(), '\n'));
    CHECK(lines == fleet.size() + 8);
    CHECK(yaml.find("username: \"SIM\\\\sweeper\"") != std::string::npos);
    CHECK(yaml.find("\\U0000001b[2J") != std::string::npos);
    CHECK(yaml.find("\\U0000202e") != std::string::npos);
    CHECK(yaml.find("port: 15987, auth: basic") != std::string::npos); // the VM that refuses
    std::set<std::string> names;
    for (std::size_t i = 0; i < fleet.size(); ++i)
        CHECK(names.insert(fleet.name(i)).second);
}

TEST_CASE("simfleet fleet: a thousand VMs are ready in seconds", "[simfleet]") {
    const auto start = std::chrono::steady_clock::now();
    const Fleet fleet(1'000, 9, "demo", today);
    for (std::size_t i = 0; i < fleet.size(); ++i)
        REQUIRE(fleet.at(i).state);
    const auto took = std::chrono::steady_clock::now() - start;

    CHECK(took < std::chrono::seconds(30)); // about 1.5 s; sanitizers and busy machines take longer
}
