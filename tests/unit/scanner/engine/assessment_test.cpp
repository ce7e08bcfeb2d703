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
