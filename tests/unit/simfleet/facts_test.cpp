// The facts of every profile: valid, ASCII, and true to the state they come from.
#include "tests/simfleet/fleet.hpp"
#include "tests/simfleet/windows/facts_json.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace simfleet;
using nlohmann::json;

namespace {

constexpr std::int64_t today = 1'790'000'000;

json facts_of(const std::string& profile, std::uint64_t seed = 7) {
    const Fleet fleet(1, seed, "one:" + profile, today);
    return json::parse(facts_json(*fleet.at(0).state, today));
}

bool has_unread(const json& facts, const std::string& pointer) {
    const auto& list = facts.at("unread");
    return std::any_of(list.begin(), list.end(), [&](const auto& entry) {
        return entry.at("ptr") == pointer;
    });
}

} // namespace

TEST_CASE("simfleet facts: every profile yields one line of ASCII JSON", "[simfleet]") {
    const Fleet fleet(all_profiles().size(), 3, "every", today);
    for (std::size_t i = 0; i < fleet.size(); ++i) {
        const auto& vm = fleet.at(i);
        INFO(vm.profile);
        const auto text = facts_json(*vm.state, today);
        CHECK(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
        CHECK(json::parse(text).at("schema") == "facts/1");
        CHECK(text.size() < 64 * 1024);
        CHECK(json::parse(state_json(*vm.state)).at("registry").size() > 20);
    }
}

TEST_CASE("simfleet facts: the healthy 2019 server reads as it is", "[simfleet]") {
    const auto facts = facts_of("healthy_2019");

    CHECK(facts.at("os").at("build") == 17763);
    CHECK(facts.at("listener").at("port") == 3389);
    CHECK(facts.at("listener").at("deny_local") == 0);
    CHECK_FALSE(facts.at("listener").contains("deny_policy")); // absent, not null
    CHECK(facts.at("listener").at("sockets").size() == 2);
    CHECK(facts.at("listener").at("sockets")[0].at("svcs")[0] == "TermService");
    CHECK(facts.at("listener").at("fw")[0].at("id") == "RemoteDesktop-UserMode-In-TCP");
    CHECK(facts.at("cert").at("store").size() == 1);
    CHECK(facts.at("cert").at("self") == facts.at("cert").at("store")[0].at("thumb"));
    CHECK(facts.at("hs")[0].at("thumb") == facts.at("cert").at("self"));
    CHECK(facts.at("tls").at("proto").at("SSL 2.0").at("client").at("d") == 1);
    CHECK(facts.at("collector").at("utc") == "2026-09-21T14:13:20Z");
}

TEST_CASE("simfleet facts: from 2019 on an administrator cannot see the key's ACL", "[simfleet]") {
    const auto closed = facts_of("healthy_2019");
    CHECK_FALSE(closed.at("keys").at("files")[0].contains("sddl"));
    CHECK(has_unread(closed, "/keys/files/0/sddl"));

    const auto open = facts_of("healthy_2016");
    CHECK(open.at("keys").at("files")[0].contains("sddl"));
    CHECK(open.at("unread").size() == 1); // /pending/ts_stale, which no PowerShell can read
}

TEST_CASE("simfleet facts: what is unread is said so and not given", "[simfleet]") {
    struct Case {
        const char* profile;
        const char* pointer;
    };

    const auto [profile, pointer] = GENERATE(
        Case{"port_unread", "/listener/sockets"},
        Case{"port_moved_unread", "/listener/fw"},
        Case{"service_unread", "/svc/0/state"},
        Case{"tls_unread", "/tls"},
        Case{"store_unread", "/cert/store_sddl"},
        Case{"key_unlisted", "/keys/files"},
        Case{"events_unread", "/evt"},
        Case{"console_unread", "/ems"},
        Case{"handshake_not_tried", "/hs"}
    );
    CAPTURE(profile);
    const auto facts = facts_of(profile);
    CHECK_FALSE(facts.contains(json::json_pointer(pointer)));
    CHECK(has_unread(facts, pointer));
}

TEST_CASE("simfleet facts: traps of the registry reach the facts as they are", "[simfleet]") {
    CHECK(
        facts_of("healthy_hardened").at("tls").at("proto").at("TLS 1.2").at("server").at("e") ==
        0xffffffffu
    );
    const auto typed = facts_of("tls_wrong_type").at("tls").at("proto").at("TLS 1.2").at("server");
    CHECK(typed.at("te") == 1);
    CHECK_FALSE(typed.contains("e"));
    CHECK(facts_of("suites_empty").at("tls").at("suites_policy") == json::array());
    CHECK_FALSE(facts_of("healthy_2019").at("tls").contains("suites_policy"));
    CHECK(facts_of("pin_extra_bytes").at("cert").at("pin_raw_len") == 23);
    CHECK_FALSE(facts_of("rdp_denied_by_absence").at("listener").contains("deny_local"));
    CHECK(facts_of("nano_server").at("os").at("install_type") == "Nano Server");
    CHECK(facts_of("port_proxied").at("listener").at("portproxy")[0].at("listen") == "*/3389");
}

TEST_CASE("simfleet facts: hostile text arrives whole", "[simfleet]") {
    const auto image = [](const char* profile) {
        return facts_of(profile).at("listener").at("sockets")[0].at("img").get<std::string>();
    };

    CHECK(image("hostile_terminal").starts_with("\x1b[2J"));
    CHECK(image("hostile_markup") == "<script>alert(1)</script>.exe");
    CHECK(image("hostile_formula").starts_with("=cmd|"));
    CHECK(image("hostile_direction").starts_with("\xe2\x80\xae"));
    CHECK(image("hostile_length").size() > 1'000);
}

TEST_CASE("simfleet facts: provoked events happen when the collector looks", "[simfleet]") {
    const Fleet fleet(1, 7, "one:key_acl_missing", today);
    const auto later = json::parse(facts_json(*fleet.at(0).state, today + 600));

    CHECK(later.at("evt")[0].at("utc") == later.at("collector").at("utc"));
    CHECK(later.at("evt")[1].at("utc") < later.at("evt")[0].at("utc"));
}
