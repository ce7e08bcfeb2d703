// What a fix comes to on a host that the rules themselves have judged.
#pragma once

#include "core/text.hpp"
#include "probes/fix/fix.hpp"
#include "probes/rule.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"

#include <functional>
#include <string>
#include <vector>

namespace rdpsweep::test {

// The healthy facts, changed by each of these in turn, must come to this: "changes", or why the fix
// is refused with its arguments, in the order of their names: "managed SYSTEM\...\Enabled".
struct OutcomeCase {
    std::string fix, what;
    std::vector<std::function<void(Facts&)>> changes;
    std::string outcome;
};

// Returns the changes of a fix as lines "name: before -> after"; of a refusal, one as above.
inline std::vector<std::string> lines_of(const Fix& fix, const Facts& facts) {
    const auto findings = judge(facts, Policy{}, fixed_now).findings;
    const auto prepared = prepare(fix, facts, findings);
    std::vector<std::string> lines;
    if (const auto* refused = std::get_if<Refusal>(&prepared)) {
        lines.push_back(refused->key.substr(std::string("fix.refused.").size()));
        for (const auto& [name, value] : refused->arguments)
            lines.back() += " " + value;
        return lines;
    }
    for (const auto& change : std::get<std::vector<Change>>(prepared)) {
        const auto& name = change.name.empty() ? change.place : change.name;
        lines.push_back(name + ": " + change.before + " -> " + change.after);
    }
    return lines;
}

inline bool is_refusal(const std::vector<std::string>& lines) {
    return lines.size() == 1 && lines.front().find(" -> ") == std::string::npos;
}

inline void check_outcomes(const std::vector<OutcomeCase>& cases) {
    for (const auto& one : cases) {
        INFO(one.fix << ": " << one.what);
        Facts facts = healthy_facts();
        for (const auto& change : one.changes)
            change(facts);
        const auto lines = lines_of(*find_fix(one.fix), facts);
        CHECK((is_refusal(lines) ? lines.front() : "changes") == one.outcome);
    }
}

} // namespace rdpsweep::test
