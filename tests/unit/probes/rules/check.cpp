#include "tests/unit/probes/rules/check.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/facts_schema.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace rdpsweep::test {

namespace {

void check_placeholders(const Message& message) {
    const auto& sentences = catalogue();
    const auto found = sentences.find(message.key);
    INFO(message.key);
    REQUIRE(found != sentences.end());
    const std::string& sentence = found->second;
    for (auto open = sentence.find('{'); open != std::string::npos;
         open = sentence.find('{', open + 1)) {
        const auto close = sentence.find('}', open);
        REQUIRE(close != std::string::npos);
        const std::string name = sentence.substr(open + 1, close - open - 1);
        INFO(name);
        CHECK(message.arguments.count(name) == 1);
    }
}

} // namespace

const Rule& rule_named(std::string_view id) {
    for (const Rule& rule : all_rules()) {
        if (rule.id == id) return rule;
    }
    throw std::logic_error("no such rule");
}

const std::map<std::string, std::string>& catalogue() {
    static const auto sentences = [] {
        std::ifstream file(std::string(RDPSWEEP_SOURCE_DIR) + "/reports/messages/en.json");
        return nlohmann::json::parse(file).get<std::map<std::string, std::string>>();
    }();
    return sentences;
}

Finding find(std::string_view id, const Facts& facts) {
    const Rule& rule = rule_named(id);
    const Finding finding = rule.evaluate(facts, Policy{}, fixed_now);
    INFO(finding.rule << " " << to_string(finding.verdict) << " " << finding.summary.key);
    CHECK(finding.rule == id);
    CHECK(finding.article_step == rule.article_step);
    CHECK(std::count(rule.messages.begin(), rule.messages.end(), finding.summary.key) == 1);
    check_placeholders(finding.summary);
    if (finding.verdict == Verdict::broken || finding.verdict == Verdict::at_risk)
        CHECK_FALSE(finding.evidence.empty());
    for (const Evidence& evidence : finding.evidence) {
        INFO(evidence.fact);
        CHECK(is_in_facts(evidence.fact));
    }
    return finding;
}

std::string in_full(const Finding& finding) {
    auto text = std::string(to_string(finding.verdict)) + " " +
                std::string(to_string(finding.severity)) + " " +
                std::string(to_string(finding.confidence)) + " " + finding.summary.key;
    for (const auto& [name, value] : finding.summary.arguments)
        text += " " + name + "=" + value;
    for (const auto& one : finding.evidence)
        text += "\n" + one.fact + ": " + one.observed + " | " + one.expected;
    return text;
}

void check_cases(std::string_view rule, std::initializer_list<Case> cases) {
    for (const Case& item : cases) {
        INFO(rule << ": " << item.what);
        Facts facts = healthy_facts();
        item.change(facts);
        const Finding finding = find(rule, facts);
        CHECK(to_string(finding.verdict) == to_string(item.verdict));
        const std::string slug = item.slug;
        const bool shared = slug.rfind("rule.", 0) == 0;
        CHECK(finding.summary.key == (shared ? slug : std::string(rule) + "." + slug));
    }
}

} // namespace rdpsweep::test
