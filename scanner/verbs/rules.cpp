// The verbs `rules` and `explain`: what rdpsweep knows about RDP, in words.
#include "core/json.hpp"
#include "core/text.hpp"
#include "probes/fix/fix.hpp"
#include "probes/rule.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/cli/binders.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

#include <unistd.h>

namespace rdpsweep {

namespace {

// Returns the sentence; empty when the catalogue has none.
std::string text_of(const Catalogue& messages, const std::string& key) {
    return messages.has(key) ? messages.text(key) : std::string();
}

std::string step_of(const Rule& rule) {
    return rule.article_step.empty() ? "-" : std::string(rule.article_step);
}

std::vector<std::string> row_of(const Rule& rule, const Catalogue& messages) {
    const std::string id(rule.id);
    return {
        id,
        std::string(to_string(rule.cause)),
        step_of(rule),
        text_of(messages, id + ".title"),
    };
}

std::string rules_as_json(const Catalogue& messages) {
    auto list = nlohmann::json::array();
    for (const auto& rule : all_rules()) {
        list.push_back({
            {"id", rule.id},
            {"cause", to_string(rule.cause)},
            {"article_step", rule.article_step},
            {"title", text_of(messages, std::string(rule.id) + ".title")},
        });
    }
    const nlohmann::json document{{"schema", "rdpsweep.rules/1"}, {"rules", std::move(list)}};
    auto text = document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
    escape_for_display(text);
    return text + '\n';
}

TerminalText rules_as_table(const Catalogue& messages) {
    std::vector<std::vector<std::string>> rows{
        {messages.text("explain.rule"),
         messages.text("explain.cause"),
         messages.text("explain.step"),
         messages.text("explain.title")}};
    for (const auto& rule : all_rules())
        rows.push_back(row_of(rule, messages));
    return table(rows);
}

TerminalText heading(std::string_view text, bool color) {
    const auto words = printable(text);
    return color ? "\x1b[1m" + words + "\x1b[0m\n" : words + "\n";
}

// Returns what rdpsweep itself would do about it, and what it never does.
TerminalText explain_fix(const Rule& rule, const Catalogue& messages, bool color) {
    const auto* fix = fix_of(rule.id);
    if (fix == nullptr) return {};
    const auto key = "fix." + std::string(fix->id);
    auto text =
        "\n" + heading(messages.text("explain.own_fix") + " " + std::string(fix->id), color);
    text += wrapped(messages.text(key + ".does"), 2) + wrapped(messages.text(key + ".never"), 2);
    for (const auto resource : fix->declared)
        text += "    " + printable(resource) + "\n";
    return text;
}

TerminalText explain_rule(const Rule& rule, const Catalogue& messages, bool color) {
    const std::string id(rule.id);
    auto text = heading(id + "  " + text_of(messages, id + ".title"), color);
    const Message place{
        "explain.place", {{"cause", std::string(to_string(rule.cause))}, {"step", step_of(rule)}}};
    text += "  " + printable(messages.say(place)) + "\n";
    for (const auto* part : {"what", "article", "corrected", "fix", "unverified"}) {
        const auto said = text_of(messages, id + "." + part);
        if (said.empty()) continue;
        const auto title = messages.text(std::string("explain.") + part);
        text += "\n" + heading(title, color) + wrapped(said, 2);
    }
    return text + explain_fix(rule, messages, color);
}

TerminalText explain_cause(Cause cause, const Catalogue& messages, bool color) {
    const auto key = "cause." + std::string(to_string(cause));
    auto text = heading(text_of(messages, key + ".title"), color);
    text += wrapped(text_of(messages, key + ".what"), 2);
    std::vector<std::vector<std::string>> rows{
        {messages.text("explain.rule"),
         messages.text("explain.step"),
         messages.text("explain.title")}};
    for (const auto& rule : all_rules()) {
        if (rule.cause != cause) continue;
        rows.push_back(
            {std::string(rule.id),
             step_of(rule),
             text_of(messages, std::string(rule.id) + ".title")}
        );
    }
    if (rows.size() > 1)
        text += "\n" + table(rows) + "\n  " + printable(messages.text("explain.next")) +
                " rdpsweep explain RULE\n";
    return text;
}

int unknown_subject(const std::string& subject) {
    std::vector<std::string_view> known;
    for (const auto& rule : all_rules())
        known.push_back(rule.id);
    for (const auto& rule : all_rules())
        known.push_back(to_string(rule.cause));
    const auto near = nearest(subject, known);
    write_err(
        "rdpsweep explain: neither a rule nor a cause: " + in_quotes(subject) + "\n" +
        (near ? "  did you mean " + printable(*near) + "?\n" : "  see: rdpsweep rules\n")
    );
    return exit_usage;
}

} // namespace

cli::Options rules_options(RulesOptions& asked, const CliNames&) {
    const auto format = cli::choice<bool>(asked.json, {{"table", false}, {"json", true}});
    return {{"--format", "WORD", "table or json", format, cli::group::talk}};
}

cli::Options explain_options(ExplainOptions& asked, const CliNames&) {
    return {
        {"RULE", "TEXT", "a rule's id, or a cause", cli::word(asked.subject), cli::group::word}};
}

int run_rules(const RulesOptions& options) {
    const auto& messages = Catalogue::built_in(options.talk.lang);
    const auto text =
        options.json ? printable_lines(rules_as_json(messages)) : rules_as_table(messages);
    return write_out(text) ? exit_ok : exit_failed;
}

int run_explain(const ExplainOptions& options) {
    const auto& messages = Catalogue::built_in(options.talk.lang);
    const bool color = wants_color(options.talk.color, STDOUT_FILENO);
    for (const auto& rule : all_rules()) {
        if (!iequals(rule.id, options.subject)) continue;
        return write_out(explain_rule(rule, messages, color)) ? exit_ok : exit_failed;
    }
    Cause cause{};
    if (!from_string(ascii_lower(options.subject), cause)) return unknown_subject(options.subject);
    return write_out(explain_cause(cause, messages, color)) ? exit_ok : exit_failed;
}

} // namespace rdpsweep
