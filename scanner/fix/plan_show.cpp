// A plan for a human: what, where, in which order, and what was left out.
#include "core/text.hpp"
#include "probes/reading/rights_words.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/fix/account.hpp"
#include "scanner/fix/host_look.hpp"
#include "scanner/fix/plan_step.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr std::string_view sddl_mark = "sddl:";
constexpr std::size_t longest_state = 2000;

// A certificate is in the plan byte by byte, which no human reads; a descriptor few can.
TerminalText in_words(const Change& change, const std::string& state) {
    if (state.starts_with(sddl_mark)) {
        const auto of = change.kind == Change::Kind::key ? RightsOf::registry_key : RightsOf::file;
        const auto sddl = std::string_view(state).substr(sddl_mark.size());
        return "sddl:" + printable(sddl_in_words(sddl, of), longest_state);
    }
    const auto parts = split(state, ':');
    if (parts.size() != 4 || parts[0] != "certificate") return printable(state, longest_state);
    const auto key = parts[2] == "none"
                         ? TerminalText("without a key file")
                         : "with a key file of " + printable(parts[2], 20) + " bytes";
    if (parts[3].empty()) return "no certificate, " + key;
    return "a certificate of " + printable(parts[3].size() / 2) + " bytes, " + key;
}

TerminalText line_of(const Change& change) {
    auto text = "      " + printable(resource_of(change), 300) + "\n";
    if (change.kind == Change::Kind::task)
        return text +
               "        is made, run once as SYSTEM and deleted: the account that looked may not "
               "write\n        " +
               printable(change.name, 300) + "\n";
    text += "        - " + in_words(change, change.before) + "\n";
    return text + "        + " + in_words(change, change.after) + "\n";
}

// Shows the changes of a host, step by step where there are several.
TerminalText show_changes(const PlanHost& host) {
    TerminalText text;
    const auto steps = step_count(host);
    for (std::size_t i = 0; i < steps; ++i) {
        const auto step = step_of(host, i);
        if (steps > 1) {
            text += "      Step " + printable(i + 1) + ":";
            for (const auto& fix : step.fixes)
                text += " " + printable(fix, 40);
            text += "\n";
        }
        for (const auto& change : step.changes)
            text += line_of(change);
    }
    return text;
}

TerminalText show_host(const PlanHost& host) {
    auto text = "    " + printable(host.name, 200) + " (" + printable(host.address, 100) +
                ", build " + printable(host.build) + ")";
    for (std::size_t i = 0; i < host.fixes.size(); ++i)
        text += (i == 0 ? TerminalText(": ") : TerminalText(", ")) + printable(host.fixes[i], 40);
    text += "; risk " + printable(to_string(host.risk));
    if (host.restart != Restart::none)
        text += "; restart of TermService: " + printable(to_string(host.restart));
    return text + "\n" + show_changes(host);
}

// Says what is done in Azure's network for VMs whose RDP moves.
TerminalText show_network(const Plan& plan) {
    const auto moves = [](const PlanHost& host) { return moves_rdp(host.changes); };
    if (std::none_of(plan.hosts.begin(), plan.hosts.end(), moves)) return {};
    const auto port = printable(plan.choices.move_rdp);
    if (plan.choices.open_nsg == 0)
        return "  port " + port + " is opened in no network security group (--open-nsg)\n";
    return "  port " + port +
           " is opened in the network security groups of Azure's VMs that move, " +
           "by a rule of priority " + printable(plan.choices.open_nsg) +
           " or the next free one, to the sources of the old port's rule\n";
}

TerminalText show_skipped(const Plan& plan, const Say& say) {
    if (plan.skipped.empty()) return {};
    auto text = "\nLeft out: " + printable(plan.skipped.size()) + "\n";
    for (const auto& skip : plan.skipped) {
        text += "    " + printable(skip.name, 200);
        if (!skip.rule.empty()) text += " " + printable(skip.rule, 60);
        text += ": " + printable(say(skip.why), 500) + "\n";
    }
    return text;
}

TerminalText show_head(const Plan& plan) {
    auto text = "Plan " + printable(plan.id, 100) + " from run " + printable(plan.run, 100) + "\n";
    text += "  made " + printable(to_iso8601(plan.created)) + " by " +
            printable(plan.created_by, 100) + ", good until " +
            printable(to_iso8601(plan.expires)) + "\n";
    text += "  digest " + printable(plan_digest(plan)) + "\n";
    text += "  " + printable(plan.hosts.size()) + " of " + printable(plan.inventory) +
            " hosts in " + printable(plan.batches.size()) + " batches\n";
    if (plan.account) text += "  " + printable(words_of(*plan.account)) + "\n";
    return text;
}

} // namespace

TerminalText show_plan(const Plan& plan, const Say& say) {
    auto text = show_head(plan) + show_network(plan);
    for (std::size_t i = 0; i < plan.batches.size(); ++i) {
        text += "\n  Batch " + printable(i + 1);
        if (i < plan.canaries) text += " (canary)";
        text += ": " + printable(plan.batches[i].size()) + " hosts\n";
        for (const auto at : plan.batches[i])
            text += show_host(plan.hosts[at]);
    }
    return text + show_skipped(plan, say);
}

} // namespace rdpsweep
