// facts/1 from a hostile VM: decoded, then judged by every rule, under what holds of any judgement.
#include "core/unicode.hpp"
#include "probes/collect/decode.hpp"
#include "probes/fix/fix.hpp"
#include "probes/rule.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

namespace {

using namespace rdpsweep;

constexpr std::int64_t now = 1'795'402'800;

void check_finding(const Finding& finding) {
    const auto& rules = all_rules();
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const Rule& one) {
        return one.id == finding.rule;
    });
    must(rule != rules.end(), "a finding is some rule's");
    const auto& keys = rule->messages;
    must(std::count(keys.begin(), keys.end(), finding.summary.key) == 1, "its key is the rule's");
    must(finding.summary.key != "rule.failed", "no rule throws");
    must(finding.evidence.size() <= 24, "evidence is bounded");
    for (const auto& evidence : finding.evidence)
        must(evidence.fact.starts_with('/'), "evidence points into the facts");
    for (const auto& [name, value] : finding.summary.arguments)
        must(to_valid_utf8(value) == value, "arguments are UTF-8");
}

void check_fixes(const Facts& facts, const std::vector<Finding>& findings) {
    FixChoices choices;
    choices.move_rdp = 3390;
    for (const auto& fix : all_fixes()) {
        const auto prepared = prepare(fix, facts, findings, choices);
        const auto* changes = std::get_if<std::vector<Change>>(&prepared);
        if (changes == nullptr) continue;
        must(!changes->empty(), "a fix that is not refused changes something");
        for (const auto& change : *changes) {
            must(covers(fix, resource_of(change)), "within what it declares");
            // A task is there only while its script runs.
            const bool differs = !state::same(change.before, change.after);
            must(differs || change.kind == Change::Kind::task, "and something else than before");
        }
        const auto read = changes_from_lines(to_lines(*changes));
        must(read && *read == *changes, "changes travel as they are");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto facts = decode_facts(text, "fuzz", now);
    if (!facts) return 0;
    const auto judged = judge(*facts, {}, now);
    must(judged.findings.size() == all_rules().size(), "every rule has its say");
    for (const auto& finding : judged.findings)
        check_finding(finding);
    must(judge(*facts, {}, now).findings.size() == judged.findings.size(), "and the same twice");
    const bool broken =
        std::any_of(judged.findings.begin(), judged.findings.end(), [](const Finding& finding) {
            return finding.verdict == Verdict::broken;
        });
    if (judged.verdict == Verdict::broken) must(broken, "what is broken has a broken rule");
    if (judged.verdict == Verdict::ok) must(!broken, "what is ok has none");
    check_fixes(*facts, judged.findings);
    return 0;
}
