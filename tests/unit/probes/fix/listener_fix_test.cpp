// Fixes listener, nla, allow-rdp, services: each value by itself, at its bounds.
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/fix/fix_table.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

using Break = void (*)(Facts&);

struct Row {
    const char* what;
    Break change;
    std::string done;
};

Facts with(Break change) {
    auto facts = healthy_facts();
    change(facts);
    return facts;
}

std::string dword(const std::string& place, const std::string& values) {
    return R"(value|SYSTEM\CurrentControlSet\Control\Terminal Server)" + place + "|" + values +
           "\n";
}

PortFacts& port(Facts& facts) {
    return *facts.rdp_port.value;
}

SecurityFacts& security(Facts& facts) {
    return *facts.security.value;
}

const std::string listener = R"(\WinStations\RDP-Tcp)";

} // namespace

TEST_CASE("listener fix: each of the five switches by itself", "[fix]") {
    const Row rows[] = {
        {"fEnableWinStation",
         [](Facts& f) { port(f).enabled = 0; },
         dword(listener, "fEnableWinStation|dword:0|dword:1")},
        {"fLogonDisabled",
         [](Facts& f) { port(f).logon_disabled = 1; },
         dword(listener, "fLogonDisabled|dword:1|dword:0")},
        {"TSEnabled",
         [](Facts& f) { port(f).ts_enabled = 0; },
         dword("", "TSEnabled|dword:0|dword:1")},
        {"TSServerDrainMode",
         [](Facts& f) { port(f).drain_mode = 2; },
         dword("", "TSServerDrainMode|dword:2|dword:0")},
        {"TSUserEnabled",
         [](Facts& f) { port(f).user_enabled = 1; },
         dword("", "TSUserEnabled|dword:1|dword:0")},
        {"all is well", [](Facts&) {}, "fix.refused.other_case"},
        {"none is set",
         [](Facts& f) {
             port(f).enabled = port(f).logon_disabled = port(f).ts_enabled = Dword();
             port(f).drain_mode = port(f).user_enabled = Dword();
         },
         "fix.refused.other_case"},
        {"no listener",
         [](Facts& f) { port(f).listener_key_present = false; },
         "fix.refused.no_listener"},
        {"not read",
         [](Facts& f) { f.rdp_port.value.reset(); },
         "fix.refused.unread fact=/listener"},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        CHECK(done_for("listener", with(row.change), "RDP.LISTENER.disabled") == row.done);
    }
}

TEST_CASE("nla fix: each value that is out of range by itself", "[fix]") {
    const Row rows[] = {
        {"RDP's own layer",
         [](Facts& f) { security(f).layer = 0; },
         dword(listener, "SecurityLayer|dword:0|dword:2")},
        {"negotiated", [](Facts& f) { security(f).layer = 1; }, ""},
        {"a layer that is none",
         [](Facts& f) { security(f).layer = 3; },
         dword(listener, "SecurityLayer|dword:3|dword:2")},
        {"NLA that is neither on nor off",
         [](Facts& f) { security(f).nla = 2; },
         dword(listener, "UserAuthentication|dword:2|dword:1")},
        {"low encryption",
         [](Facts& f) { security(f).min_encryption = 1; },
         dword(listener, "MinEncryptionLevel|dword:1|dword:3")},
        {"client's encryption", [](Facts& f) { security(f).min_encryption = 2; }, ""},
        {"FIPS", [](Facts& f) { security(f).min_encryption = 4; }, ""},
        {"an encryption that is none",
         [](Facts& f) { security(f).min_encryption = 5; },
         dword(listener, "MinEncryptionLevel|dword:5|dword:3")},
        {"not set",
         [](Facts& f) {
             security(f).layer = security(f).nla = security(f).min_encryption = Dword();
         },
         ""},
        {"not read", [](Facts& f) { f.security.value.reset(); }, "fix.refused.unread fact=/sec"},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        const auto wanted = row.done.empty() ? "fix.refused.other_case" : row.done;
        CHECK(done_for("nla", with(row.change), "SEC.LAYER.bad") == wanted);
    }
}

TEST_CASE("nla fix: what a policy sets is left alone", "[fix]") {
    for (const Break change :
         {Break([](Facts& f) {
              security(f).layer = 0;
              security(f).policy_layer = 0;
          }),
          Break([](Facts& f) {
              security(f).nla = 2;
              security(f).policy_nla = 0;
          }),
          Break([](Facts& f) {
              security(f).min_encryption = 1;
              security(f).policy_min_encryption = 1;
          })})
        CHECK(done_for("nla", with(change), "SEC.LAYER.bad") == "fix.refused.policy_value");
}

TEST_CASE("allow-rdp fix: the local denial, and no policy's", "[fix]") {
    const std::string key = "RDP.DENIED.local";
    CHECK(
        done_for("allow-rdp", with([](Facts& f) { port(f).deny_local = 1; }), key) ==
        dword("", "fDenyTSConnections|dword:1|dword:0")
    );
    CHECK(
        done_for("allow-rdp", with([](Facts& f) { port(f).deny_local.reset(); }), key) ==
        dword("", "fDenyTSConnections|absent|dword:0")
    );
    CHECK(
        done_for("allow-rdp", with([](Facts& f) { port(f).deny_policy = 1; }), key) ==
        "fix.refused.policy_value"
    );
    CHECK(
        done_for("allow-rdp", with([](Facts& f) { f.rdp_port.value.reset(); }), key) ==
        "fix.refused.unread fact=/listener"
    );
}

TEST_CASE("services fix: disabled and stopped, one by one", "[fix]") {
    const Row rows[] = {
        {"TermService is disabled and stopped",
         [](Facts& f) {
             service(f, "TermService").start = 4;
             service(f, "TermService").state = ServiceState::stopped;
         },
         "start|TermService||start:4|start:3\nrun|TermService||stopped|running\n"},
        {"TermService is stopped",
         [](Facts& f) { service(f, "TermService").state = ServiceState::stopped; },
         "run|TermService||stopped|running\n"},
        {"CryptSvc is disabled and stopped",
         [](Facts& f) {
             service(f, "CryptSvc").start = 4;
             service(f, "CryptSvc").state = ServiceState::stopped;
         },
         "start|CryptSvc||start:4|start:2\nrun|CryptSvc||stopped|running\n"},
        {"KeyIso is disabled, and started on demand",
         [](Facts& f) {
             service(f, "KeyIso").start = 4;
             service(f, "KeyIso").state = ServiceState::stopped;
         },
         "start|KeyIso||start:4|start:3\n"},
        {"all is well", [](Facts&) {}, "fix.refused.not_needed"},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        CHECK(done_by("services", with(row.change)) == row.done);
    }
}

TEST_CASE("services fix: an account or a service that is not Windows' own is refused", "[fix]") {
    const Row rows[] = {
        {"LocalSystem",
         [](Facts& f) { service(f, "TermService").account_sid = "S-1-5-18"; },
         "fix.refused.other_case"},
        {"somebody",
         [](Facts& f) { service(f, "TermService").account_sid = "S-1-5-21-1-2-3-500"; },
         "fix.refused.other_case"},
        {"gone", [](Facts& f) { f.services.value->services.clear(); }, "fix.refused.other_case"},
        {"not read", [](Facts& f) { f.services.value.reset(); }, "fix.refused.unread fact=/svc"},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        auto facts = healthy_facts();
        service(facts, "TermService").start = 4;
        service(facts, "TermService").state = ServiceState::stopped;
        row.change(facts);
        CHECK(done_for("services", facts, "SVC.STATE.disabled") == row.done);
    }
}
