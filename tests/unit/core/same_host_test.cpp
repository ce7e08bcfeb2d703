// What of a host is the same in another run.
#include "core/same_host.hpp"
#include "core/word_table.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

std::string guid_in(const std::string& facts) {
    HostResult host;
    host.facts_json = facts;
    return machine_guid_of(host);
}

} // namespace

TEST_CASE("same host: its id, and without one its name", "[changes]") {
    HostResult host;
    host.target.name = "web-01";
    CHECK(uid_of(host) == "web-01");
    host.target.id = "/subscriptions/1/web-01";
    CHECK(uid_of(host) == "/subscriptions/1/web-01");
}

TEST_CASE("same host: what is no GUID is none", "[changes]") {
    CHECK(
        guid_in(R"({"os":{"build":1,"machine_guid":"6F9619FF-8B86-D011-B42D-00C04FC964FF"}})") ==
        "6f9619ff-8b86-d011-b42d-00c04fc964ff"
    );
    for (const auto* facts :
         {"",
          "{}",
          "no JSON",
          R"({"os":{"machine_guid":""}})",
          R"({"os":{"machine_guid":"too short"}})",
          R"({"os":{"machine_guid":"6F9619FF-8B86-D011-B42D-00C04FC964FF0"}})",
          R"({"os":{"machine_guid":"6F9619FF-8B86-D011-B42D-00C04FC964F\n"}})",
          R"({"os":{"machine_guid":"6F9619FF-8B86-D011-B42D-00C04FC9\"<b>"}})",
          R"({"os":{"machine_guid":12345678901234567890123456789012345678}})",
          R"({"machine_guid":"6F9619FF-8B86-D011-B42D-00C04FC964FF"})"}) {
        INFO(facts);
        CHECK(guid_in(facts).empty());
    }
}

TEST_CASE("same host: of several findings of a rule the first counts", "[changes]") {
    HostResult host;
    for (const auto* rule : {"B", "A", "B", "C", "A"})
        host.findings.emplace_back().rule = rule;
    const auto findings = one_a_rule(host);
    REQUIRE(findings.size() == 3);
    CHECK(findings[0] == &host.findings[0]);
    CHECK(findings[1] == &host.findings[1]);
    CHECK(findings[2] == &host.findings[3]);
}

TEST_CASE("word table: each word has one number", "[changes]") {
    WordTable words;
    CHECK(words.number_of("a") == 0);
    CHECK(words.number_of("") == 1);
    CHECK(words.number_of("a") == 0);
    CHECK(words.word_of(1).empty());
    CHECK(words.words() == std::vector<std::string>{"a", ""});
}
