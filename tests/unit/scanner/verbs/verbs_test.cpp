#include "core/columns.hpp"
#include "core/text.hpp"
#include "probes/rule.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/verbs/verbs.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"
#include "tests/unit/scanner/verbs/run_verb.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

Said targets(const ScopeOptions& scope, ListFormat format = ListFormat::table) {
    TargetsOptions options;
    options.scope = scope;
    options.format = format;
    return run_verb([&options] { return run_targets(options); });
}

Said explain(const std::string& subject) {
    ExplainOptions options;
    options.subject = subject;
    options.talk.color = Color::never;
    return run_verb([&options] { return run_explain(options); });
}

} // namespace

TEST_CASE("targets: the inventory in three forms", "[cli]") {
    ScopeOptions scope;
    scope.targets = {"web-01=10.1.0.4:15986", "v6=[fd00::1]"};
    const auto table = targets(scope);
    CHECK(table.status == exit_ok);
    CHECK(table.err.empty());
    CHECK_THAT(table.out, Catch::Contains("web-01  10.1.0.4:15986"));
    CHECK_THAT(table.out, Catch::Contains("2 targets\n  route       winrm 2\n"));
    CHECK(targets(scope, ListFormat::lines).out == "web-01=10.1.0.4:15986\nv6=[fd00::1]:5986\n");
    const auto json = nlohmann::json::parse(targets(scope, ListFormat::json).out);
    CHECK(json.at("counts").at("targets") == 2);
    CHECK(json.at("targets").at(0).at("port") == 15986);
}

TEST_CASE("targets: nothing is resolved and no secret is read", "[cli]") {
    const Scratch scratch;
    ScopeOptions scope;
    scope.inventories = {scratch.file(
        "fleet.yaml",
        "version: 1\ncredentials: { c: { username: u, password: { command: [touch, " +
            scratch.path("ran") +
            "] } } }\ntargets: [ { name: a, address: no.such.host.invalid, credential: c } ]\n"
    )};
    CHECK(targets(scope).status == exit_ok);
    CHECK_FALSE(std::filesystem::exists(scratch.path("ran")));
}

TEST_CASE("targets: mistakes and emptiness have their own status", "[cli]") {
    const Scratch scratch;
    ScopeOptions scope;
    scope.inventories = {scratch.file("empty.yaml", "version: 1\ntargets: []\n")};
    CHECK(targets(scope).status == exit_no_targets);
    scope.allow_empty = true;
    CHECK(targets(scope).status == exit_ok);
    scope.targets = {"not an address"};
    const auto wrong = targets(scope);
    CHECK(wrong.status == exit_usage);
    CHECK(wrong.out.empty());
    CHECK_THAT(
        wrong.err, Catch::StartsWith("command line: \"not an address\" is not an address\n")
    );
}

TEST_CASE("rules: every rule is listed, in both forms", "[cli]") {
    RulesOptions options;
    const auto table = run_verb([&options] { return run_rules(options); });
    options.json = true;
    const auto json =
        nlohmann::json::parse(run_verb([&options] { return run_rules(options); }).out);
    CHECK(table.status == exit_ok);
    REQUIRE(json.at("rules").size() == all_rules().size());
    for (const auto& rule : json.at("rules")) {
        const auto id = rule.at("id").get<std::string>();
        INFO(id);
        CHECK_THAT(table.out, Catch::Contains("\n" + id + " "));
        CHECK_FALSE(rule.at("title").get<std::string>().empty());
        CHECK(explain(id).status == exit_ok);
    }
}

TEST_CASE("explain and rules: in Traditional Chinese", "[cli]") {
    ExplainOptions options;
    options.talk.lang = "zh-TW";
    options.subject = "KEY.ACL";
    const auto rule = run_verb([&options] { return run_explain(options); });
    CHECK_THAT(rule.out, Catch::Contains("KEY.ACL  TermService 可以讀取 RDP 私密金鑰"));
    CHECK_THAT(rule.out, Catch::Contains("文章步驟 2.3"));
    CHECK_THAT(rule.out, Catch::Contains("修復方法"));
    CHECK_THAT(rule.out, !Catch::Contains("What"));
    for (const auto& line : split(rule.out, '\n'))
        CHECK(columns(line) <= 130); // one command is longer than a line
    options.subject = "services";
    CHECK_THAT(run_verb([&options] { return run_explain(options); }).out, Catch::Contains("規則"));
    RulesOptions rules;
    rules.talk.lang = "zh-TW";
    CHECK_THAT(
        run_verb([&rules] { return run_rules(rules); }).out, Catch::Contains("RDP 連接埠由")
    );
}

TEST_CASE("explain: a rule, a cause, and what is neither", "[cli]") {
    const auto rule = explain("tls.proto");
    CHECK(rule.status == exit_ok);
    CHECK_THAT(rule.out, Catch::StartsWith("TLS.PROTO  "));
    CHECK_THAT(rule.out, Catch::Contains("cause tls_protocols, article step 3"));
    CHECK_THAT(rule.out, Catch::Contains("\nWhat it checks\n"));
    CHECK_THAT(rule.out, Catch::Contains("\nWhat cures it\n"));
    const auto cause = explain("machine_keys");
    CHECK(cause.status == exit_ok);
    CHECK_THAT(cause.out, Catch::Contains("KEY.ACL"));
    CHECK_THAT(cause.out, !Catch::Contains("TLS.PROTO"));
    const auto typo = explain("TLS.PRTO");
    CHECK(typo.status == exit_usage);
    CHECK(typo.out.empty());
    CHECK_THAT(typo.err, Catch::Contains("did you mean TLS.PROTO?"));
    CHECK_THAT(explain("\x1b[2J").err, !Catch::Contains("\x1b"));
}

TEST_CASE("doctor: a secret that cannot be fetched is a failure, and none is shown", "[cli]") {
    const Scratch scratch;
    DoctorOptions options;
    options.state_dir = scratch.path("state");
    options.scope.inventories = {scratch.file(
        "fleet.yaml",
        "version: 1\ncredentials:\n"
        "  good: { username: u, password: { file: pw } }\n"
        "  ask: { username: u, password: { prompt: true } }\n"
        "targets: [ { name: a, address: b, credential: good } ]\n"
    )};
    const auto doctor = [&options] { return run_doctor(options); };
    const auto secret = scratch.file("pw", "s3cret-canary\n", 0600);
    const auto fit = run_verb(doctor);
    CHECK_THAT(fit.out, Catch::Contains("ok    credential      good, from file " + secret));
    CHECK_THAT(fit.out, Catch::Contains("ask, from prompt: asked for when a scan starts"));
    CHECK_THAT(fit.out, !Catch::Contains("s3cret-canary"));
    CHECK_FALSE(std::filesystem::exists(options.state_dir));

    (void)scratch.file("pw", "s3cret-canary\n", 0644);
    const auto sick = run_verb(doctor);
    CHECK(sick.status == exit_failed);
    CHECK_THAT(sick.out, Catch::Contains("fail  credential"));
    CHECK_THAT(sick.out, Catch::Contains("chmod 600 " + secret));
    CHECK_THAT(sick.out, !Catch::Contains("s3cret-canary"));
}

TEST_CASE("doctor: a damaged trust store and an unreadable CA file are failures", "[cli]") {
    const Scratch scratch;
    std::filesystem::create_directory(scratch.path("state"));
    (void)scratch.file("state/trust", "garbage\n");
    DoctorOptions options;
    options.state_dir = scratch.path("state");
    options.ca_file = scratch.file("ca.pem", "not a certificate\n");
    const auto said = run_verb([&options] { return run_doctor(options); });
    CHECK(said.status == exit_failed);
    CHECK_THAT(said.out, Catch::Contains("fail  trust store"));
    CHECK_THAT(said.out, Catch::Contains("fail  trusted CAs"));
}
