// HostResult and RunInfo through JSON and back.
#include "core/json.hpp"
#include "core/outcome_json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;
using nlohmann::json;

namespace {

std::string say(const Message& message) {
    return test::fixture_catalogue().say(message);
}

json through_text(const HostResult& host) {
    const auto text = to_json_text(host, say);
    CHECK(text.find('\n') == std::string::npos);
    // Members in order, escapes and numbers as the library would write them.
    auto without_facts = host;
    without_facts.facts_json.clear();
    const auto written = to_json_text(without_facts, say);
    CHECK(dump_json(json::parse(written)) == written);
    auto parsed = parse_json(dump_json(to_json(host, say)), Phase::decode);
    REQUIRE(parsed);
    return *std::move(parsed);
}

Result<RunInfo> run_in(const json& value) {
    const auto document = JsonDocument::read(value.dump(), Phase::decode);
    REQUIRE(document);
    return run_from_json(document->root());
}

// The complaint about a host object in which change spoiled something.
std::string complaint(const std::function<void(json&)>& change) {
    auto value = through_text(test::mixed_fleet()[1]);
    change(value);
    const auto host = host_from_json(value.dump());
    REQUIRE_FALSE(host);
    CHECK(host.error().phase() == Phase::decode);
    CHECK(host.error().code() == Errc::malformed_output);
    return std::string(host.error().detail());
}

} // namespace

TEST_CASE("host json: every kind of host survives the round trip", "[report]") {
    for (const auto& host : test::mixed_fleet()) {
        INFO(host.target.name);
        const auto value = through_text(host);
        auto back = host_from_json(value.dump());
        REQUIRE(back);
        CHECK(back->target.name == host.target.name);
        CHECK(back->target.id == host.target.id);
        CHECK(back->target.tags == host.target.tags);
        CHECK(back->target.route == host.target.route);
        CHECK(back->outcome == host.outcome);
        CHECK(back->verdict == host.verdict);
        CHECK(back->root_cause == host.root_cause);
        CHECK(back->secondary_causes == host.secondary_causes);
        CHECK(back->findings == host.findings);
        CHECK(back->started == host.started);
        CHECK(back->finished == host.finished);
        CHECK(back->took == host.took);
        CHECK(back->index == host.index);
        CHECK(to_json(*back, say) == value);
    }
}

TEST_CASE("host json: an error comes back with phase, code, native code and hint", "[report]") {
    for (int phase = 0; phase <= static_cast<int>(Phase::internal); ++phase) {
        for (int code = 1; code <= static_cast<int>(Errc::bug); ++code) {
            const auto error = Error(static_cast<Phase>(phase), static_cast<Errc>(code), "what")
                                   .with_native("native")
                                   .with_hint("hint");
            const auto host = test::obstructed_host(3, Outcome::refused, error);
            const auto back = host_from_json(to_json_text(host, say));
            REQUIRE(back);
            const auto& attempt = back->attempts.at(0);
            REQUIRE(attempt.error);
            CHECK(attempt.error->phase() == error.phase());
            CHECK(attempt.error->code() == error.code());
            CHECK(attempt.error->detail() == "what");
            CHECK(attempt.error->native() == "native");
            CHECK(attempt.error->hint() == "hint");
            CHECK(attempt.reached == error.phase());
        }
    }
}

TEST_CASE("host json: an attempt that worked says ok", "[report]") {
    const auto value = through_text(test::healthy_host(0));
    CHECK(value["attempts"][0]["code"] == "ok");
    CHECK(value["attempts"][0]["stage"] == "parse");
    CHECK(value["attempts"][0]["rungs"][2]["rung"] == "tls");
    CHECK(value["attempts"][0]["rungs"][2]["ms"] == 38);
    CHECK(value["transport"] == "winrm");
    CHECK(value["facts"]["os"]["build"] == 20348);
    const auto lost = through_text(test::mixed_fleet()[6]);
    CHECK(lost["transport"] == "");
    CHECK(lost["facts"].is_null());
    CHECK(lost["attempts"][0]["stage"] == "tcp");
    CHECK(lost["attempts"][0]["code"] == "timed_out");
}

TEST_CASE("host json: strangers' bytes become valid UTF-8", "[report]") {
    auto host = test::hostile_host(0);
    host.facts_json = "{not json";
    const auto value = to_json(host, say);
    CHECK_NOTHROW(value.dump());
    CHECK(value["name"].get<std::string>().find("\xEF\xBF\xBD") != std::string::npos);
    CHECK(value["facts"].is_null());
    CHECK(host_from_json(through_text(host).dump()));
}

TEST_CASE("host json: the wrong member is named", "[report]") {
    CHECK(complaint([](json& host) {
              host["verdict"] = "fine";
          }) == "/verdict is not a known name");
    CHECK(complaint([](json& host) { host["index"] = -1; }).find("/index is not") == 0);
    CHECK(complaint([](json& host) { host["rdp_port"] = 65536; }).find("/rdp_port is not") == 0);
    CHECK(complaint([](json& host) { host["tags"] = {1}; }).find("/tags is not an object") == 0);
    CHECK(complaint([](json& host) { host["tags"]["env"] = 1; }).find("/tags/env is not") == 0);
    CHECK(complaint([](json& host) {
              host["attempts"] = 7;
          }).find("/attempts is not an array") == 0);
    CHECK(complaint([](json& host) {
              host["attempts"][0]["code"] = "timed_out";
              host["attempts"][0]["stage"] = "moon";
          }).find("/attempts/0/stage is not a rung") == 0);
    CHECK(complaint([](json& host) {
              host["attempts"][0]["code"] = "moon";
          }).find("/attempts/0/code is not a known name") == 0);
    CHECK(complaint([](json& host) {
              host["attempts"][0]["reached"] = "moon";
          }).find("/attempts/0/reached is not a rung") == 0);
    CHECK(complaint([](json& host) {
              host["findings"][1]["evidence"][0]["fact"] = 1;
          }).find("/findings/1/evidence/0/fact is not a string") == 0);
    CHECK(complaint([](json& host) { host["facts"] = "x"; }).find("/facts is not an object") == 0);
    CHECK(complaint([](json& host) {
              host["timing"]["started"] = "soon";
          }).find("/timing/started is not a time") == 0);
    CHECK(complaint([](json& host) {
              host["secondary_causes"] = {"bad luck"};
          }).find("/secondary_causes") == 0);
    CHECK(complaint([](json& host) { host.erase("name"); }) == "/name is missing");
    CHECK(complaint([](json& host) { host = json::array(); }) == "the document is not an object");
    const auto missing = [](const char* name) {
        return complaint([name](json& host) { host.erase(name); });
    };
    for (const std::string name : {"outcome", "verdict", "root_cause"})
        CHECK(missing(name.c_str()) == "/" + name + " is not a known name");
    for (const std::string name : {"cause", "verdict", "severity", "confidence"}) {
        CHECK(complaint([&](json& host) {
                  host["findings"][0].erase(name);
              }) == "/findings/0/" + name + " is not a known name");
    }
    CHECK(complaint([](json& host) {
              host["attempts"][0].erase("reached");
          }) == "/attempts/0/reached is not a rung such as tls");
    CHECK(complaint([](json& host) {
              host["attempts"][0].erase("code");
          }) == "/attempts/0/code is not a known name");
    CHECK(complaint([](json& host) {
              host["attempts"][0]["rungs"][1].erase("rung");
          }) == "/attempts/0/rungs/1/rung is not a rung such as tls");
    CHECK(complaint([](json& host) {
              host["attempts"][0]["ms"] = 1.5;
          }) == "/attempts/0/ms is not a whole number in range");
    CHECK(complaint([](json& host) {
              host["route"] = {"winrm", nullptr};
          }) == "/route/1 is not a string");
}

TEST_CASE("host json: null is absent, what is unknown is passed over", "[report]") {
    auto value = through_text(test::mixed_fleet()[1]);
    const auto host = host_from_json(value.dump());
    REQUIRE(host);
    value["later"] = {{"x", {1, "\u00e9", nullptr}}};
    value["attempts"][0]["later"] = false;
    for (const auto* name : {"reason", "noise", "vm", "tags"})
        value[name] = nullptr;
    auto expected = *host;
    expected.target.tags.clear();
    expected.target.vm.clear();
    const auto read = host_from_json(value.dump(2));
    REQUIRE(read);
    CHECK(to_json_text(*read, say) == to_json_text(expected, say));
    for (const auto* name : {"findings", "attempts", "facts", "timing", "secondary_causes"})
        value[name] = nullptr;
    value.erase("rdp_port");
    const auto bare = host_from_json(value.dump());
    REQUIRE(bare);
    CHECK(bare->findings.empty());
    CHECK(bare->attempts.empty());
    CHECK(bare->facts_json.empty());
    CHECK(bare->started == 0);
    CHECK(bare->target.rdp_port == 0);
}

TEST_CASE("host json: facts stay as they are written", "[report]") {
    auto host = test::healthy_host(0);
    host.facts_json = R"({"schema":"facts/1","b":["\u00e9",1.50],"a":"\\"})";
    const auto text = to_json_text(host, say);
    const auto back = host_from_json(std::string(text));
    REQUIRE(back);
    CHECK(back->facts_json == host.facts_json);
    CHECK(to_json_text(*back, say) == text);
    for (const std::string facts :
         {"{\"a\":1,\"a\":2}", "{\"a\":}", "{\"a\":\"\xff\"}", "{\"a\":01}"}) {
        INFO(facts);
        auto damaged = text;
        damaged.replace(damaged.find(host.facts_json), host.facts_json.size(), facts);
        CHECK_FALSE(host_from_json(damaged));
    }
    CHECK_FALSE(host_from_json(text + "x"));
    CHECK_FALSE(host_from_json(text.substr(0, text.size() - 1)));
}

TEST_CASE("run json: survives the round trip and names what is wrong", "[report]") {
    test::Hosts none(std::vector<HostResult>{});
    auto run = test::report_of(none).run;
    run.interrupted = true;
    run.targets = 9;
    const auto value = to_json(run, say);
    CHECK(value["started"] == "2026-11-23T03:00:00Z");
    CHECK(value["warnings"][0]["text"].get<std::string>().find("--insecure") == 0);
    const auto back = run_in(value);
    REQUIRE(back);
    CHECK(back->args == run.args);
    CHECK(back->warnings == run.warnings);
    CHECK(back->interrupted);
    CHECK(back->targets == 9);
    CHECK(to_json(*back, say) == value);
    CHECK(run_in(json::object()).error().detail() == "/id is missing");
    CHECK(run_in(json{{"id", "x"}, {"args", "y"}}).error().detail() == "/args is not an array");
}

TEST_CASE("totals json: holds every outcome and verdict and adds up", "[report]") {
    test::Hosts hosts(test::mixed_fleet());
    const auto report = test::report_of(hosts);
    REQUIRE(report.totals.balanced());
    const auto totals = to_json(report.totals);
    CHECK(totals["targets"] == 12);
    std::size_t outcomes = 0;
    for (const auto* key : {"assessed", "unreachable", "refused", "skipped", "not_attempted"}) {
        outcomes += totals[key].get<std::size_t>();
    }
    CHECK(outcomes == 12);
    std::size_t verdicts = 0;
    for (const auto* key : {"broken", "at_risk", "unknown", "ok", "not_applicable"}) {
        verdicts += totals[key].get<std::size_t>();
    }
    CHECK(verdicts == totals["assessed"].get<std::size_t>());
}
