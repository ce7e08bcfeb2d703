#include "tests/unit/probes/fix/fix_table.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

#include <vector>

namespace rdpsweep::test {

namespace {

std::string in_words(const std::variant<std::vector<Change>, Refusal>& prepared) {
    if (const auto* changes = std::get_if<std::vector<Change>>(&prepared))
        return to_lines(*changes);
    const auto& refused = std::get<Refusal>(prepared);
    auto text = refused.key;
    for (const auto& [name, value] : refused.arguments)
        text += " " + name + "=" + value;
    return text;
}

} // namespace

std::string done_by(std::string_view id, const Facts& facts, const FixChoices& choices) {
    const auto& fix = *find_fix(id);
    std::vector<Finding> findings;
    for (const auto rule : fix.rules)
        findings.push_back(find(rule, facts));
    return in_words(prepare(fix, facts, findings, choices));
}

std::string done_for(
    std::string_view id, const Facts& facts, const std::string& key, const FixChoices& choices
) {
    Finding finding;
    finding.rule = key.substr(0, key.rfind('.'));
    finding.verdict = Verdict::broken;
    finding.summary.key = key;
    return in_words(prepare(*find_fix(id), facts, std::vector{finding}, choices));
}

void check_fix(const char* fix, const char* key, Break base, std::initializer_list<FixRow> rows) {
    for (const auto& row : rows) {
        INFO(fix << ": " << row.what);
        auto facts = healthy_facts();
        base(facts);
        row.change(facts);
        CHECK(done_for(fix, facts, key) == row.done);
    }
}

} // namespace rdpsweep::test
