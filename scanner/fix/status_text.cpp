// Writes one line for each host of a plan, with its changes where they are wanted.
#include "scanner/fix/status_text.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

// Returns what a human wants of a state: a certificate in full is nothing to read.
TerminalText in_short(const std::string& state) {
    constexpr std::size_t most = 100;
    return printable(state, most);
}

TerminalText change_lines(const HostRecord& record) {
    const bool undone = record.stage == FixStage::rolled_back;
    TerminalText text;
    for (const auto& change : record.backup) {
        text += "    " + printable(resource_of(change), 300) + ": " + in_short(change.before) +
                " -> " + in_short(undone ? change.before : change.after) + "\n";
    }
    if (!record.snapshot.empty())
        text += "    copy of its disk: " + printable(record.snapshot, 400) + "\n";
    return text;
}

} // namespace

TerminalText line_of(const PlanHost& host, FixStage stage, const std::string& why) {
    auto text = printable(host.name, 200) + "  " + printable(to_string(stage));
    if (!why.empty()) text += "  " + printable(why, 400);
    return text + "\n";
}

TerminalText
show_stages(const Plan& plan, const std::vector<JournalEntry>& entries, bool with_changes) {
    const auto records = records_of(entries, plan.hosts.size());
    TerminalText text;
    for (std::size_t i = 0; i < plan.hosts.size(); ++i) {
        text += line_of(plan.hosts[i], records[i].stage, records[i].why);
        if (with_changes) text += change_lines(records[i]);
    }
    if (with_changes)
        text += "To undo all of it: rdpsweep fix rollback PLAN --confirm " +
                printable(phrase_of(plan)) + "\n";
    return text;
}

std::string phrase_of(const Plan& plan) {
    constexpr std::size_t shown = 4;
    const auto id = plan.id.substr(plan.id.size() - std::min(plan.id.size(), shown));
    return std::to_string(plan.hosts.size()) + ":" + id;
}

} // namespace rdpsweep
