#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/check.hpp"

#include <algorithm>
#include <array>
#include <set>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

constexpr std::array<std::string_view, 6> explanations{
    "title", "what", "article", "corrected", "fix", "unverified"};

// The rule a key like "CERT.SELF.VALID.expired" belongs to; null for any other key.
const Rule* owner_of(const std::string& key) {
    for (const Rule& rule : all_rules()) {
        const std::string prefix = std::string(rule.id) + ".";
        if (key.starts_with(prefix) && key.find('.', prefix.size()) == std::string::npos)
            return &rule;
    }
    return nullptr;
}

} // namespace

TEST_CASE("rules: every message and explanation has a sentence", "[rule]") {
    const auto& sentences = catalogue();
    std::set<std::string_view> ids;
    for (const Rule& rule : all_rules()) {
        INFO(rule.id);
        CHECK(ids.insert(rule.id).second);
        REQUIRE(rule.evaluate != nullptr);
        for (const std::string_view key : rule.messages) {
            INFO(key);
            const auto found = sentences.find(std::string(key));
            REQUIRE(found != sentences.end());
            CHECK_FALSE(found->second.empty());
        }
        for (const std::string_view part : explanations) {
            INFO(part);
            const auto found = sentences.find(std::string(rule.id) + "." + std::string(part));
            REQUIRE(found != sentences.end());
            CHECK(found->second.find('{') == std::string::npos);
            const bool may_be_empty = part == "corrected" || part == "unverified";
            CHECK((may_be_empty || !found->second.empty()));
        }
        CHECK(sentences.at(std::string(rule.id) + ".title").size() <= 60);
    }
    CHECK(ids.size() == 39);
}

TEST_CASE("rules: every sentence of a rule is one it can say", "[rule]") {
    for (const auto& [key, sentence] : catalogue()) {
        const Rule* rule = owner_of(key);
        if (rule == nullptr) continue;
        INFO(key);
        const std::string last = key.substr(rule->id.size() + 1);
        const bool explains =
            std::find(explanations.begin(), explanations.end(), last) != explanations.end();
        const bool says =
            std::find(rule->messages.begin(), rule->messages.end(), key) != rule->messages.end();
        CHECK((explains || says));
    }
}

TEST_CASE("rules: causes, verdicts, outcomes and severities have names", "[rule]") {
    const auto& sentences = catalogue();
    for (int i = 0; i <= static_cast<int>(Cause::unexplained); ++i) {
        const std::string cause(to_string(static_cast<Cause>(i)));
        CHECK(sentences.count("cause." + cause + ".title") == 1);
        CHECK(sentences.count("cause." + cause + ".what") == 1);
    }
    for (int i = 0; i <= static_cast<int>(Verdict::broken); ++i)
        CHECK(sentences.count("verdict." + std::string(to_string(static_cast<Verdict>(i)))) == 1);
    for (int i = 0; i <= static_cast<int>(Severity::critical); ++i)
        CHECK(sentences.count("severity." + std::string(to_string(static_cast<Severity>(i)))) == 1);
    for (const char* outcome : {"assessed", "unreachable", "refused", "skipped", "not_attempted"})
        CHECK(sentences.count(std::string("outcome.") + outcome) == 1);
    CHECK(sentences.count("judge.ok") == 1);
    CHECK(sentences.count("judge.nothing_read") == 1);
}
