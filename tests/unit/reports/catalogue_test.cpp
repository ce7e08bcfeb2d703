// The message catalogue: loading, saying, and that the built-in one is whole.
#include "reports/messages/catalogue.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

using namespace rdpsweep;

namespace {

Catalogue loaded(std::string_view json) {
    auto catalogue = Catalogue::load(json);
    REQUIRE(catalogue);
    return *std::move(catalogue);
}

} // namespace

TEST_CASE("catalogue: says a sentence with its arguments", "[report]") {
    const auto catalogue = loaded(R"({"A":"{who} owns {port}, says {who}","B":"{ {who} } {"})");
    CHECK(catalogue.say({"A", {{"who", "iis"}, {"port", "3389"}}}) == "iis owns 3389, says iis");
    CHECK(catalogue.say({"A", {{"who", "iis"}}}) == "iis owns {port}, says iis");
    CHECK(catalogue.say({"B", {{"who", "x"}}}) == "{ x } {");
    CHECK(catalogue.text("A") == "{who} owns {port}, says {who}");
}

TEST_CASE("catalogue: an argument is not a sentence of its own", "[report]") {
    const auto catalogue = loaded(R"({"A":"{a}{b}"})");
    CHECK(catalogue.say({"A", {{"a", "{b}"}, {"b", "<"}}}) == "{b}<");
}

TEST_CASE("catalogue: an unknown key shows as itself in brackets", "[report]") {
    const auto catalogue = loaded("{}");
    CHECK_FALSE(catalogue.has("X"));
    CHECK(catalogue.text("X") == "[X]");
    CHECK(catalogue.say({"X", {{"a", "b"}}}) == "[X]");
    CHECK(catalogue.say({}).empty());
}

TEST_CASE("catalogue: what is no catalogue is refused with the reason", "[report]") {
    for (const auto* wrong : {"", "[]", "{\"a\":1}", "{\"a\":\"b\"", "{\"a\":\"b\",\"a\":\"c\"}"}) {
        INFO(wrong);
        const auto catalogue = Catalogue::load(wrong);
        REQUIRE_FALSE(catalogue);
        CHECK(catalogue.error().phase() == Phase::config);
        CHECK(catalogue.error().code() == Errc::malformed_output);
    }
    CHECK(Catalogue::load("{\"a\":1}").error().detail().find("a is not") == 0);
}

TEST_CASE("catalogue: the built-in one has every sentence that reports use", "[report]") {
    auto fleet = test::mixed_fleet();
    fleet.back().attempts.front().notes = {
        {"note.insecure", {}}, {"note.pinned_first_use", {}}, {"note.legacy_tls", {}}};
    for (int phase = 0; phase <= static_cast<int>(Phase::internal); ++phase) {
        fleet.push_back(test::obstructed_host(
            fleet.size(),
            Outcome::unreachable,
            Error(static_cast<Phase>(phase), Errc::bug, "x").with_hint("y")
        ));
    }
    for (const auto& format : all_reports()) {
        const auto page = test::render(format.name, fleet);
        for (const auto* prefix : {"[report.", "[attempt.", "[note.", "[run."}) {
            INFO(format.name << " " << prefix);
            CHECK(page.find(prefix) == page.npos);
        }
    }
    for (const auto* key :
         {"run.insecure", "run.no_cbt", "run.legacy_tls", "run.jobs_lowered", "run.unfinished"}) {
        CHECK(Catalogue::english().has(key));
    }
}
