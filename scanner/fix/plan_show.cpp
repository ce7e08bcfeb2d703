// A plan for a human: what, where, in which order, and what was left out.
#include "core/text.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/fix/account.hpp"
#include "scanner/fix/host_look.hpp"
#include "scanner/fix/plan_step.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

// A certificate is in the plan byte by byte, which no human reads.
std::string in_words(const std::string& state) {
    const auto parts = split(state, ':');
    if (parts.size() != 4 || parts[0] != "certificate") return printable(state, 2000);
    const auto key = parts[2] == "none"
                         ? "without a key file"
                         : "with a key file of " + printable(parts[2], 20) + " bytes";
    if (parts[3].empty()) return "no certificate, " + key;
    return "a certificate of " + std::to_string(parts[3].size() / 2) + " bytes, " + key;
}

std::string line_of(const Change& change) {
    if (change.kind == Change::Kind::task)
        return "      " + printable(resource_of(change), 300) +
               "\n        is made, run once as SYSTEM and deleted: the account that looked may not "
               "write\n        " +
               printable(change.name, 300) + "\n";
    auto text = "      " + printable(resource_of(change), 300) + "\n";
    text += "        - " + in_words(change.before) + "\n";
    return text + "        + " + in_words(change.after) + "\n";
}

// Shows the changes of a host, step by step where there are several.
std::string show_changes(const PlanHost& host) {
    std::string text;
    const auto steps = step_count(host);
    for (std::size_t i = 0; i < steps; ++i) {
        const auto step = step_of(host, i);
        if (steps > 1) {
            text += "      Step " + std::to_string(i + 1) + ":";
            for (const auto& fix : step.fixes)
                text += " " + printable(fix, 40);
            text += "\n";
        }
        for (const auto& change : step.changes)
            text += line_of(change);
    }
    return text;
}

std::string show_host(const PlanHost& host) {
    std::string text = "    " + printable(host.name, 200) + " (" + printable(host.address, 100) +
                       ", build " + std::to_string(host.build) + "): ";
    for (std::size_t i = 0; i < host.fixes.size(); ++i)
        text += (i == 0 ? "" : ", ") + printable(host.fixes[i], 40);
    text += "; risk " + std::string(to_string(host.risk));
    if (host.restart != Restart::none)
        text += "; restart of TermService: " + std::string(to_string(host.restart));
    return text + "\n" + show_changes(host);
}

// Says what is done in Azure's network for VMs whose RDP moves.
std::string show_network(const Plan& plan) {
    const auto moves = [](const PlanHost& host) { return moves_rdp(host.changes); };
    if (std::none_of(plan.hosts.begin(), plan.hosts.end(), moves)) return {};
    const auto port = std::to_string(plan.choices.move_rdp);
    if (plan.choices.open_nsg == 0)
        return "  port " + port + " is opened in no network security group (--open-nsg)\n";
    return "  port " + port +
           " is opened in the network security groups of Azure's VMs that move, " +
           "by a rule of priority " + std::to_string(plan.choices.open_nsg) +
           " or the next free one, to the sources of the old port's rule\n";
}

std::string show_skipped(const Plan& plan, const Say& say) {
    if (plan.skipped.empty()) return {};
    std::string text = "\nLeft out: " + std::to_string(plan.skipped.size()) + "\n";
    for (const auto& skip : plan.skipped) {
        text += "    " + printable(skip.name, 200) + (skip.rule.empty() ? "" : " " + skip.rule) +
                ": " + printable(say(skip.why), 500) + "\n";
    }
    return text;
}

} // namespace

std::string show_plan(const Plan& plan, const Say& say) {
    std::string text = "Plan " + plan.id + " from run " + plan.run + "\n";
    text += "  made " + to_iso8601(plan.created) + " by " + printable(plan.created_by, 100) +
            ", good until " + to_iso8601(plan.expires) + "\n";
    text += "  digest " + plan_digest(plan) + "\n";
    text += "  " + std::to_string(plan.hosts.size()) + " of " + std::to_string(plan.inventory) +
            " hosts in " + std::to_string(plan.batches.size()) + " batches\n";
    if (plan.account) text += "  " + words_of(*plan.account) + "\n";
    text += show_network(plan);
    for (std::size_t i = 0; i < plan.batches.size(); ++i) {
        text += "\n  Batch " + std::to_string(i + 1) + (i < plan.canaries ? " (canary)" : "") +
                ": " + std::to_string(plan.batches[i].size()) + " hosts\n";
        for (const auto at : plan.batches[i])
            text += show_host(plan.hosts[at]);
    }
    return text + show_skipped(plan, say);
}

} // namespace rdpsweep
