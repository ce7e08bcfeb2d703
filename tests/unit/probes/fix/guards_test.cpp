// What keeps a fix from a host: domain controllers, policies that are proven, what comes first,
// roles in a deployment, rules of the firewall that say RDP is closed. Each with its boundary: the
// fact that just does not keep it.
#include "tests/unit/probes/fix/outcome.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

const std::string ts = R"(SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services\)";
const std::string tls12 =
    R"(SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server\)";

// A hardening baseline by group policy: good values, all of them proven.
void baseline(Facts& facts) {
    auto& security = *facts.security.value;
    security.policy_layer = 2;
    security.policy_nla = 1;
    security.policy_min_encryption = 3;
    for (const auto* name : {"layer", "nla", "minenc"})
        security.policy_source[name] = PolicySource::group_policy;
    for (const auto* value : {"SecurityLayer", "UserAuthentication", "MinEncryptionLevel"})
        facts.group_policy.value->rsop.push_back(ts + value);
}

void deny_key(Facts& facts) {
    rdp_key(facts).sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)";
    fail_handshake(facts, "tls", "reset");
}

void stop_termservice(Facts& facts) {
    auto& term = service(facts, "TermService");
    term.state = ServiceState::stopped;
    term.pid = 0;
    facts.rdp_port.value->sockets.clear();
    fail_handshake(facts, "connect", "refused");
}

void expire(Facts& facts) {
    auto& own = own_certificate(facts);
    own.blob = "blob";
    own.parsed->not_after = fixed_now - 20 * a_day;
    fail_handshake(facts, "tls", "reset");
}

void pin_nothing(Facts& facts) {
    facts.rdp_certificate.value->pin = std::string(40, 'a');
    facts.rdp_certificate.value->pin_raw_length = 20;
    fail_handshake(facts, "tls", "reset");
}

void move_port(Facts& facts) {
    facts.rdp_port.value->configured_port = 33890;
    for (auto& socket : facts.rdp_port.value->sockets)
        socket.port = 33890;
}

void tls12_off(Facts& facts) {
    set_protocol(facts, "TLS 1.2", 0, 0);
    fail_handshake(facts, "tls", "reset");
}

} // namespace

TEST_CASE("guards: a policy keeps away what would write its values, and nothing else", "[fix]") {
    check_outcomes({
        {"key-acl", "a baseline sets none of it", {deny_key, baseline}, "changes"},
        {"services", "a baseline sets none of it", {stop_termservice, baseline}, "changes"},
        {"renew", "a baseline sets none of it", {expire, baseline}, "changes"},
        {"unpin", "a baseline sets none of it", {pin_nothing, baseline}, "changes"},
        {"tls12", "a baseline sets none of it", {tls12_off, baseline}, "changes"},
        {"tls12",
         "a policy sets the very value",
         {tls12_off,
          [](Facts& f) { f.group_policy.value->rsop = {ascii_lower(tls12) + "enabled"}; }},
         "managed " + ascii_lower(tls12) + "enabled"},
        {"tls12",
         "a policy sets the value beside it",
         {tls12_off, [](Facts& f) { f.group_policy.value->rsop = {tls12 + "DisabledByDefault"}; }},
         "changes"},
        {"tls12",
         "a policy sets it for clients",
         {tls12_off,
          [](Facts& f) {
              f.group_policy.value->rsop = {
                  R"(SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client\Enabled)"};
          }},
         "changes"},
        {"tls12",
         "a policy takes the value away",
         {tls12_off,
          [](Facts& f) { f.group_policy.value->registry_pol = {tls12 + "**del.Enabled"}; }},
         "managed " + tls12 + "Enabled"},
        {"allow-rdp",
         "a policy overrules its twin at the server",
         {[](Facts& f) {
             f.rdp_port.value->deny_local = 1;
             f.rdp_port.value->sockets.clear();
             f.group_policy.value->registry_pol = {ts + "fDenyTSConnections"};
         }},
         "managed " + ts + "fDenyTSConnections"},
        {"nla",
         "the source of the encryption level is a policy, of the layer it is not",
         {[](Facts& f) {
             f.security.value->layer = 7;
             f.security.value->policy_source["minenc"] = PolicySource::group_policy;
         }},
         "changes"},
        {"nla",
         "the source of the layer is a policy",
         {[](Facts& f) {
             f.security.value->layer = 7;
             f.security.value->policy_source["layer"] = PolicySource::group_policy;
         }},
         "managed " + ts + "SecurityLayer"},
        {"nla",
         "the source of the layer is the server",
         {[](Facts& f) {
             f.security.value->layer = 7;
             f.security.value->policy_source["layer"] = PolicySource::server;
         }},
         "changes"},
    });
}

TEST_CASE("guards: ProductType tells a domain controller", "[fix]") {
    const auto os = [](Dword type, Dword role) {
        return [type, role](Facts& f) {
            tls12_off(f);
            f.os.value->product_type = type;
            f.os.value->domain_role = role;
        };
    };
    check_outcomes({
        {"tls12", "WMI is silent", {os(2, {})}, "controller TLS.PROTO"},
        {"tls12", "WMI says otherwise", {os(2, 3)}, "controller TLS.PROTO"},
        {"tls12", "a server, WMI is silent", {os(3, {})}, "changes"},
        {"tls12", "a client, WMI is silent", {os(1, {})}, "changes"},
        {"tls12", "the registry is silent: backup", {os({}, 4)}, "controller TLS.PROTO"},
        {"tls12", "the registry is silent: member", {os({}, 3)}, "changes"},
        {"tls12", "both are silent", {os({}, {})}, "controller_unknown"},
    });
}

TEST_CASE("guards: renewal waits for what it needs", "[fix]") {
    const auto start_of = [](const char* name, std::uint32_t start) {
        return [name, start](Facts& f) {
            auto& services = f.services.value->services;
            std::erase_if(services, [&](const Service& one) { return one.name == name; });
            Service made;
            made.name = name;
            made.start = start;
            made.state = ServiceState::stopped;
            services.push_back(made);
        };
    };
    check_outcomes({
        {"renew", "all is well", {expire}, "changes"},
        {"renew",
         "SessionEnv is disabled, which harms nobody yet",
         {expire, start_of("SessionEnv", 4)},
         "first services SVC.STATE"},
        {"renew", "SessionEnv is manual", {expire, start_of("SessionEnv", 3)}, "changes"},
        {"renew",
         "the folder is hardened",
         {expire,
          [](Facts& f) {
              f.machine_keys.value->directory_sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)";
          }},
         "first key-folder KEY.FOLDER"},
        {"renew",
         "the store inherits a denial",
         {expire,
          [](Facts& f) {
              f.rdp_certificate.value->store_sddl = {"O:SYG:SYD:AI(D;ID;KA;;;SY)(A;;KA;;;BA)"};
          }},
         "first store-acl STORE.ACL"},
        {"renew",
         "CertPropSvc is disabled",
         {expire, start_of("CertPropSvc", 4)},
         "first services SVC.STATE"},
        {"renew",
         "CertPropSvc is disabled, and no rule says so",
         {[](Facts& f) {
              own_certificate(f).parsed.reset();
              fail_handshake(f, "tls", "reset");
          },
          start_of("CertPropSvc", 4)},
         "maker_disabled CertPropSvc"},
        {"renew", "CertPropSvc is manual", {expire, start_of("CertPropSvc", 3)}, "changes"},
    });
}

TEST_CASE("guards: a pin belongs to the deployment of its server", "[fix]") {
    const auto with_role = [](const char* name) {
        return [name](Facts& f) {
            pin_nothing(f);
            Service role;
            role.name = name;
            role.start = 2;
            f.services.value->services.push_back(role);
        };
    };
    check_outcomes({
        {"unpin", "a server of its own", {pin_nothing}, "changes"},
        {"unpin", "Connection Broker", {with_role("tssdis")}, "deployment tssdis"},
        {"unpin", "its management", {with_role("RDMS")}, "deployment RDMS"},
        {"unpin", "its publishing", {with_role("TScPubRPC")}, "deployment TScPubRPC"},
        {"unpin", "another service", {with_role("TermServLicensing")}, "changes"},
        {"unpin",
         "a broker sends people here",
         {pin_nothing, [](Facts& f) { f.rdp_port.value->farm = 1; }},
         "deployment SessionDirectoryActive=1"},
        {"unpin",
         "a farm was left",
         {pin_nothing, [](Facts& f) { f.rdp_port.value->farm = 0; }},
         "changes"},
        {"unpin",
         "whether there is a farm is not known",
         {pin_nothing, [](Facts& f) { mark_unread(f, "/listener/ts/farm"); }},
         "unread /listener/ts/farm"},
        {"unpin",
         "roles are not known",
         {pin_nothing, [](Facts& f) { f.services.value.reset(); }},
         "unread /svc"},
    });
}

TEST_CASE("guards: a moved port is opened where the old one was open to all", "[fix]") {
    const auto rule = [](auto change) {
        return [change](Facts& f) {
            move_port(f);
            auto& rules = f.rdp_port.value->firewall;
            rules = {{"RemoteDesktop-UserMode-In-TCP", true, true, "3389", {}, {}, false}};
            change(rules);
        };
    };
    using Rules = std::vector<FirewallRule>;
    const std::string id = " 33890 RemoteDesktop-UserMode-In-TCP";
    check_outcomes({
        {"port-rule", "open", {rule([](Rules&) {})}, "changes"},
        {"port-rule",
         "among others",
         {rule([](Rules& r) { r[0].local_port = "80,3380-3389"; })},
         "changes"},
        {"port-rule",
         "switched off",
         {rule([](Rules& r) { r[0].active = false; })},
         "closed 33890"},
        {"port-rule", "none", {rule([](Rules& r) { r.clear(); })}, "closed 33890"},
        {"port-rule",
         "for a domain",
         {rule([](Rules& r) { r[0].profiles = {"Domain"}; })},
         "narrow_rule" + id},
        {"port-rule",
         "for some clients",
         {rule([](Rules& r) { r[0].remote = {"10.0.0.0/8"}; })},
         "narrow_rule" + id},
        {"port-rule",
         "open, and blocked by another rule",
         {rule([](Rules& r) {
             r.push_back({"block", true, false, "3389", {}, {}, false});
         })},
         "closed 33890"},
        {"port-rule",
         "void by a policy for local rules",
         {rule([](Rules&) {}),
          [](Facts& f) {
              for (const auto* name : {"Domain", "Private", "Public"})
                  f.rdp_port.value->firewall_profiles[name].merge = 0;
          }},
         "narrow_rule" + id},
        {"port-rule",
         "by a policy",
         {rule([](Rules& r) { r[0].from_policy = true; })},
         "narrow_rule" + id},
        {"port-rule",
         "not known",
         {rule([](Rules&) {}), [](Facts& f) { mark_unread(f, "/listener/fw"); }},
         "not_needed"},
        {"port-rule",
         "somebody blocks the new port",
         {rule([](Rules& r) {
             r.push_back({"block", true, false, "33890", {}, {}, false});
         })},
         "other_case"},
    });
}
