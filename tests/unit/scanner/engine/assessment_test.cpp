#include "core/secret.hpp"
#include "probes/collect/decode.hpp"
#include "scanner/engine/assessment.hpp"
#include "scanner/engine/redact_result.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace rdpsweep;

namespace {

HandshakeFacts outside(const char* stage, const char* failure) {
    HandshakeFacts shake;
    shake.from = "outside";
    shake.address = "127.0.0.1";
    shake.stage = stage;
    shake.failure = failure;
    return shake;
}

const Finding* finding(const HostResult& host, std::string_view rule) {
    const auto at =
        std::find_if(host.findings.begin(), host.findings.end(), [&](const Finding& one) {
            return one.rule == rule;
        });
    return at == host.findings.end() ? nullptr : &*at;
}

// A collector's document whose VM says of itself that RDP works from outside, too.
constexpr auto boasting = R"({"schema":"facts/1","unread":[],"collector":{},)"
                          R"("hs":[{"from":"guest","stage":"done","x224":{"proto":2},"tls":"1.2"},)"
                          R"({"from":"outside","stage":"done","x224":{"proto":2},"tls":"1.2"}]})";

} // namespace

TEST_CASE("assessment: of handshakes alone, by the rules for outside", "[assessment]") {
    Assessment assessment;
    CHECK(assessment.empty());
    auto shake = outside("tls", "reset");
    shake.versions = {{"1.0", "reset"}, {"1.2", "reset"}};
    shake.first_bytes = "4854";
    shake.nla = NlaFacts{"WEB-01", "CORP", "web-01.corp", "corp", 17763, 1'790'000'000};
    assessment.add_handshake(shake);
    HostResult host;
    REQUIRE(assessment.judge_into(host, Policy()));
    CHECK(host.verdict == Verdict::broken);
    CHECK(host.root_cause == Cause::unexplained);
    CHECK(host.findings.size() == outside_rules().size());
    const auto facts = decode_facts(host.facts_json, "rdp", 0);
    REQUIRE(facts);
    const auto* read = facts->handshake_from("outside");
    REQUIRE(read != nullptr);
    CHECK(read->versions == shake.versions);
    CHECK(read->first_bytes == "4854");
    REQUIRE(read->nla);
    CHECK(read->nla->computer == "WEB-01");
    CHECK(read->nla->build == 17763);
    CHECK(read->nla->utc == 1'790'000'000);
}

TEST_CASE("assessment: both views are one document, and disagreement is told", "[assessment]") {
    Assessment assessment;
    REQUIRE(assessment.add_document(boasting, "winrm"));
    assessment.add_handshake(outside("tls", "reset"));
    HostResult host;
    REQUIRE(assessment.judge_into(host, Policy()));
    const auto facts = decode_facts(host.facts_json, "winrm", 0);
    REQUIRE(facts);
    // What the VM says of a handshake from outside is not believed: ours is the only one.
    REQUIRE(facts->handshakes->size() == 2);
    CHECK(facts->handshake_from("outside")->stage == "tls");
    REQUIRE(finding(host, "HANDSHAKE") != nullptr);
    CHECK(finding(host, "HANDSHAKE")->verdict == Verdict::at_risk);
    CHECK(finding(host, "HANDSHAKE")->summary.key == "HANDSHAKE.outside_fails");
    CHECK(finding(host, "HANDSHAKE")->cause == Cause::unexplained);
}

TEST_CASE("assessment: a VM that says our password again is not quoted", "[assessment]") {
    const Secret secret("hunter2-Passw0rd");
    const Secret word("done"); // a word of facts, too
    Assessment assessment;
    auto shake = outside("tls", "reset");
    shake.nla = NlaFacts{"hunter2-Passw0rd", "aHVudGVyMi1QYXNzdzByZA==", "", "", 17763, 0};
    assessment.add_handshake(shake);
    const std::string said = R"({"schema":"facts/1","unread":[],"collector":{},)"
                             R"("hs":[{"from":"guest","stage":"done","x224":{"proto":2},)"
                             R"("failure":"hunter2\u002dPassw0rd","tls":"1.2"}]})";
    REQUIRE(assessment.add_document(said, "winrm"));
    HostResult host;
    REQUIRE(assessment.judge_into(host, Policy()));
    CHECK(host.facts_json.find("hunter2") == std::string::npos);
    CHECK(host.facts_json.find("aHVudGVy") == std::string::npos);
    CHECK(host.facts_json.find(R"("stage":"done")") != std::string::npos);
    const auto facts = decode_facts(host.facts_json, "rdp", 0);
    REQUIRE(facts);
    REQUIRE(facts->handshake_from("outside")->nla);
    CHECK(facts->handshake_from("outside")->nla->computer == "[redacted]");
}

TEST_CASE("redact_result: what findings show of facts", "[assessment]") {
    const Secret secret("hunter2-Passw0rd");
    HostResult host;
    Finding one;
    one.rule = "PORT.OWNER";
    one.summary = {"PORT.OWNER.foreign", {{"process", "hunter2-Passw0rd.exe"}}};
    one.evidence = {{"/ports/0", "is hunter2%2DPassw0rd", "svchost.exe"}};
    host.findings = {one};
    host.facts_json = R"({"ports":["hunter2\u002dPassw0rd"]})";
    redact_result(host);
    CHECK(host.facts_json == R"({"ports":["[redacted]"]})");
    CHECK(host.findings[0].summary.arguments.at("process") == "[redacted].exe");
    CHECK(host.findings[0].evidence[0].observed == "is [redacted]");
    CHECK(host.findings[0].evidence[0].expected == "svchost.exe");
    CHECK(host.findings[0].rule == "PORT.OWNER");
}

TEST_CASE(
    "assessment: a document that grows by its escapes is bounded as it is stored", "[assessment]"
) {
    const auto document = [](std::size_t size) {
        return R"({"schema":"facts/1","unread":[],"collector":{},"x":")" +
               std::string(size, '\x7f') + "\"}";
    };
    Assessment assessment;
    REQUIRE(assessment.add_document(document(3), "winrm"));
    HostResult host;
    REQUIRE(assessment.judge_into(host, Policy()));
    CHECK_THAT(host.facts_json, Catch::Contains(R"("x":"\u007f\u007f\u007f")"));
    const auto refused = assessment.add_document(document(1u << 20), "winrm");
    REQUIRE_FALSE(refused);
    CHECK_THAT(
        std::string(refused.error().detail()), Catch::Contains("JSON of more than 4194304 bytes")
    );
}

TEST_CASE("assessment: a document that cannot be read is not kept", "[assessment]") {
    Assessment assessment;
    CHECK_FALSE(assessment.add_document("[]", "winrm"));
    CHECK_FALSE(assessment.add_document("{", "winrm"));
    CHECK(assessment.empty());
    HostResult host;
    REQUIRE(assessment.judge_into(host, Policy()));
    CHECK(host.facts_json.empty());
}

TEST_CASE("assessment: without a handshake the document stays as it came", "[assessment]") {
    Assessment assessment;
    REQUIRE(assessment.add_document(boasting, "winrm"));
    HostResult host;
    REQUIRE(assessment.judge_into(host, Policy()));
    CHECK(host.facts_json == boasting);
    CHECK(assessment.remarks(Policy()).empty());
}

namespace {

// What a disk tells, in short; it claims to know what the inventory has.
constexpr auto dead = R"({"schema":"facts/1","collector":{"path":"offline"},)"
                      R"("inventory":{"rdp_thumb":"aa"},)"
                      R"("cert":{"self":"3f2a00112233445566778899aabbccddeeff0011","store":[]},)"
                      R"("evt":[],"evt_until_utc":"2026-11-20T18:00:05Z",)"
                      R"("disk":{"stopped_utc":"2026-11-20T18:00:04Z","volume":"dirty"},)"
                      R"("unread":[{"ptr":"/hs","why":"offline"},{"ptr":"/svc","why":"offline"}]})";

} // namespace

TEST_CASE("assessment: a disk says by what it is known, and when Windows ran", "[assessment]") {
    Assessment assessment;
    CHECK_FALSE(assessment.from_disk());
    CHECK(assessment.disk_notes().empty());
    REQUIRE(assessment.add_document(dead, "disk"));
    CHECK(assessment.from_disk());
    HostResult host;
    host.outcome = Outcome::assessed;
    REQUIRE(assessment.judge_into(host, Policy()));
    CHECK(host.source == Source::disk);
    CHECK(host.disk.last_alive == 1'795'197'605);
    CHECK(host.disk.stopped == 1'795'197'604);
    CHECK(host.by_disk_alone());
    REQUIRE(assessment.disk_notes().size() == 2);
    CHECK(assessment.disk_notes()[0].key == "note.disk_stopped");
    CHECK(assessment.disk_notes()[1].key == "note.disk_dirty");
    // What the document says of the inventory is not ours.
    CHECK(decode_facts(host.facts_json, "disk", 0)->inventory_thumbprint.empty());
    CHECK(finding(host, "CERT.BINDING")->summary.key == "rule.offline");
}

TEST_CASE("assessment: no host says of itself whether it is a disk", "[assessment]") {
    const auto refusal = [](std::string document, std::string_view source) {
        Assessment assessment;
        const auto status = assessment.add_document(std::move(document), source);
        CHECK(assessment.empty());
        return status ? std::string() : std::string(status.error().detail());
    };
    for (const auto* way : {"winrm", "ssh", "serial", "run-command"}) {
        CHECK(
            refusal(dead, way) ==
            "/collector/path: Windows runs, and the facts say that its disk was read"
        );
    }
    CHECK(
        refusal(boasting, "disk") ==
        "/collector/path: a disk was read, and the facts say that its Windows ran"
    );
}

TEST_CASE("assessment: the inventory and a look from outside beside a disk", "[assessment]") {
    Assessment assessment;
    REQUIRE(assessment.add_document(dead, "disk"));
    assessment.know_thumbprint("59eff2e3a1b2c3d4e5f60718293a4b5c6d7e8f90");
    HostResult host;
    host.outcome = Outcome::assessed;
    REQUIRE(assessment.judge_into(host, Policy()));
    CHECK(finding(host, "CERT.BINDING")->summary.key == "CERT.BINDING.reported_other");
    assessment.add_handshake(outside("connect", "refused"));
    REQUIRE(assessment.judge_into(host, Policy()));
    CHECK(host.by_disk_alone());
    CHECK(finding(host, "HANDSHAKE")->summary.key == "rule.offline");
    CHECK(finding(host, "OUT.RDP")->summary.key == "OUT.RDP.refused");
    CHECK(finding(host, "OUT.RDP")->verdict == Verdict::broken);
    auto served = outside("done", "");
    served.selected_protocol = 2;
    served.tls_version = "1.3";
    served.peer_thumbprint = "3f2a00112233445566778899aabbccddeeff0011";
    Assessment both;
    REQUIRE(both.add_document(dead, "disk"));
    both.know_thumbprint("59eff2e3a1b2c3d4e5f60718293a4b5c6d7e8f90");
    both.add_handshake(served);
    REQUIRE(both.judge_into(host, Policy()));
    CHECK(host.source == Source::disk);
    CHECK(host.disk.answered);
    CHECK_FALSE(host.by_disk_alone());
    CHECK(finding(host, "HANDSHAKE")->summary.key == "HANDSHAKE.ok_outside");
    CHECK(finding(host, "CERT.BINDING")->summary.key == "CERT.BINDING.ok");
    CHECK(
        decode_facts(host.facts_json, "disk", 0)->inventory_thumbprint ==
        "59eff2e3a1b2c3d4e5f60718293a4b5c6d7e8f90"
    );
}

TEST_CASE("assessment: where what is known of other hosts comes from", "[assessment]") {
    HostResult host;
    Assessment inside;
    REQUIRE(inside.add_document(boasting, "winrm"));
    REQUIRE(inside.judge_into(host, Policy()));
    CHECK(host.source == Source::vm);
    inside.add_handshake(outside("tls", "reset"));
    REQUIRE(inside.judge_into(host, Policy()));
    CHECK(host.source == Source::vm);
    Assessment seen;
    seen.add_handshake(outside("tls", "reset"));
    REQUIRE(seen.judge_into(host, Policy()));
    CHECK(host.source == Source::outside);
}
