// VMs that were read from their disks, one for each fault: what is wrong with each was written by
// hand, and all that is said of it beyond "ok" must be that.
#include "probes/collect/decode.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/check.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

constexpr std::int64_t monday = 1'795'402'812; // 2026-11-23T03:00:12Z, three days after the stop

struct Truth {
    const char* document;
    Verdict verdict;
    Cause cause;
    std::vector<std::string> findings; // "RULE verdict severity confidence slug", in reports' order
};

Facts read(const std::string& name) {
    std::ifstream file(RDPSWEEP_SOURCE_DIR "/tests/golden/facts/offline/" + name + ".json");
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    auto facts = decode_facts(text, "disk", monday);
    if (!facts) FAIL(name << ": " << facts.error().detail());
    return *std::move(facts);
}

std::string in_a_line(const Finding& finding) {
    const std::string& key = finding.summary.key;
    const bool own = key.starts_with(finding.rule + ".");
    return finding.rule + " " + std::string(to_string(finding.verdict)) + " " +
           std::string(to_string(finding.severity)) + " " +
           std::string(to_string(finding.confidence)) + " " +
           (own ? key.substr(finding.rule.size() + 1) : key);
}

std::vector<std::string> said(const Judgement& judgement) {
    std::vector<std::string> lines;
    for (const Finding& finding : judgement.findings) {
        if (finding.verdict >= Verdict::unknown) lines.push_back(in_a_line(finding));
    }
    return lines;
}

const std::vector<Truth>& truths() {
    using enum Verdict;
    static const std::vector<Truth> all{
        {"healthy-2019", ok, Cause::none, {}},
        {"healthy-untrusted-hives", ok, Cause::none, {}},
        {"termservice-disabled",
         broken,
         Cause::services,
         {"SVC.STATE broken critical direct start_disabled"}},
        {"termservice-disabled-untrusted-hive",
         broken,
         Cause::services,
         {"SVC.STATE broken critical circumstantial start_disabled"}},
        {"keyiso-disabled", broken, Cause::services, {"SVC.STATE broken high direct start_needed"}},
        {"cryptsvc-disabled",
         broken,
         Cause::services,
         {"SVC.STATE broken high direct start_needed"}},
        {"sessionenv-disabled",
         at_risk,
         Cause::services,
         {"SVC.STATE at_risk high direct sessionenv_disabled"}},
        {"key-acl", broken, Cause::machine_keys, {"KEY.ACL broken critical direct denied"}},
        {"key-acl-damaged-volume",
         at_risk,
         Cause::machine_keys,
         {"KEY.ACL at_risk high circumstantial denied_unsure"}},
        {"key-missing", broken, Cause::machine_keys, {"KEY.PRESENT broken critical direct orphan"}},
        {"key-missing-dirty-volume",
         at_risk,
         Cause::machine_keys,
         {"KEY.PRESENT at_risk high circumstantial orphan_unsure"}},
        {"key-missing-untrusted-hive",
         at_risk,
         Cause::machine_keys,
         {"KEY.PRESENT at_risk high circumstantial orphan_unsure"}},
        {"key-empty", broken, Cause::machine_keys, {"KEY.PRESENT broken critical direct damaged"}},
        {"tls12-off",
         at_risk,
         Cause::tls_protocols,
         {"TLS.PROTO at_risk high direct only_legacy", "TLS.SUITES at_risk high direct few"}},
        {"tls-all-off", broken, Cause::tls_protocols, {"TLS.PROTO broken critical direct none"}},
        {"suites-empty",
         broken,
         Cause::tls_protocols,
         {"TLS.SUITES broken critical direct empty_policy"}},
        {"fips-without-suites",
         broken,
         Cause::tls_protocols,
         {"TLS.SUITES broken critical direct none_usable", "FIPS broken critical direct no_suite"}},
        {"security-layer-0",
         broken,
         Cause::listener_security,
         {"SEC.LAYER broken critical direct nla_without_tls"}},
        {"denied", broken, Cause::listener_security, {"RDP.DENIED broken critical direct local"}},
        {"denied-by-policy",
         broken,
         Cause::listener_security,
         {"RDP.DENIED broken critical direct policy",
          "GPO.MANAGED at_risk medium circumstantial disk_harmful"}},
        {"listener-off",
         broken,
         Cause::listener_security,
         {"RDP.LISTENER broken critical direct switched_off"}},
        {"port-moved", broken, Cause::rdp_port, {"PORT.MOVED broken critical direct blocked"}},
        {"lan-adapter",
         at_risk,
         Cause::rdp_port,
         {"PORT.NOLISTEN at_risk medium circumstantial bound_disk"}},
        {"port-proxy",
         at_risk,
         Cause::rdp_port,
         {"PORT.OWNER at_risk high direct portproxy_dormant"}},
        {"pin-missing", at_risk, Cause::rdp_certificate, {"CERT.PIN at_risk high direct dangling"}},
        {"certificate-expired",
         broken,
         Cause::rdp_certificate,
         {"CERT.SELF.VALID broken high direct expired"}},
        {"certificate-expired-while-down",
         at_risk,
         Cause::rdp_certificate,
         {"CERT.SELF.VALID at_risk medium direct expired_while_down"}},
        {"certificate-damaged",
         broken,
         Cause::rdp_certificate,
         {"CERT.SELF.VALID unknown critical direct unparsed",
          "CERT.CORRUPT broken high direct unparsable"}},
        {"store-acl", broken, Cause::rdp_certificate, {"STORE.ACL broken critical direct denied"}},
        {"renewal-refused-before-stop",
         at_risk,
         Cause::rdp_certificate,
         {"EVT.RDPCERT at_risk medium circumstantial creation_before"}},
        {"gpsvc-disabled",
         at_risk,
         Cause::group_policy,
         {"GPO.GPSVC at_risk high direct disabled"}},
        {"key-acl-2012r2",
         broken,
         Cause::machine_keys,
         {"KEY.ACL broken critical direct denied",
          "KEY.FOLDER broken high direct renewal_fails",
          "KEY.OVERGRANT unknown low direct none_readable",
          "CERT.SELF.VALID broken critical direct expired",
          "TLS.SUITES at_risk high direct few",
          "GPO.MANAGED at_risk medium circumstantial disk_harmful",
          "GPO.GPSVC at_risk high direct disabled",
          "PENDING at_risk medium direct reboot",
          "EVT.RDPCERT at_risk medium circumstantial creation_before"}},
    };
    return all;
}

} // namespace

TEST_CASE("offline: each disk of a known fault, and nothing else is said of it", "[offline]") {
    for (const Truth& truth : truths()) {
        INFO(truth.document);
        const Judgement judgement = judge(read(truth.document), Policy(), monday);
        CHECK(judgement.verdict == truth.verdict);
        CHECK(judgement.root_cause == truth.cause);
        CHECK(said(judgement) == truth.findings);
    }
    CHECK(truths().size() == 32);
}

TEST_CASE("offline: rules that need a running Windows stand aside", "[offline]") {
    const Judgement judgement = judge(read("healthy-2019"), Policy(), monday);
    std::vector<std::string> aside;
    for (const Finding& finding : judgement.findings) {
        if (finding.summary.key != "rule.offline") continue;
        CHECK(finding.verdict == Verdict::not_applicable);
        CHECK(finding.severity == Severity::low);
        aside.push_back(finding.rule + " " + finding.summary.arguments.at("what"));
    }
    CHECK(
        aside ==
        std::vector<std::string>{
            "PORT.OWNER /listener/sockets",
            "PORT.NOLISTEN /listener/sockets",
            "SVC.STATE /svc/0/state",
            "DISK.FULL /os/disk_free_mb",
            "CERT.BINDING /hs",
            "HANDSHAKE /hs"}
    );
    CHECK(judgement.summary.key == "judge.disk");
}
