#include "scanner/cli/options.hpp"

#include "core/text.hpp"
#include "scanner/cli/contradiction.hpp"
#include "scanner/cli/fix_options.hpp"
#include "scanner/cli/help_texts.hpp"
#include "scanner/talk/exit_status.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

using namespace cli;

// All verbs of one command line, bound to its structs.
class Grammar {
public:
    Grammar(CommandLine& line, const CliNames& names) : app_(help::program, "rdpsweep") {
        app_.footer(help::program_footer);
        app_.require_subcommand(0, 1);
        app_.set_version_flag("--version", "rdpsweep " RDPSWEEP_VERSION);
        app_.get_formatter()->column_width(34);
        const auto scan_footer = std::string(help::scan_example) + "\n\n" + help::statuses;
        add_sweep(verb(Verb::scan, "scan", help::scan, scan_footer), line.scan, names, true);
        add_sweep(
            verb(Verb::check, "check", help::check, help::check_example), line.scan, names, false
        );
        auto& targets = verb(Verb::targets, "targets", help::targets, help::targets_example);
        add_scope(targets, line.targets.scope, names);
        add_choice<ListFormat>(
            targets,
            "--format",
            "table, json or lines",
            line.targets.format,
            {{"table", ListFormat::table}, {"json", ListFormat::json}, {"lines", ListFormat::lines}}
        );
        auto& doctor = verb(Verb::doctor, "doctor", help::doctor, help::doctor_example);
        add_scope(doctor, line.doctor.scope, names);
        add_state(doctor, line.doctor.state_dir);
        add_text(doctor, "--ca-file", "FILE", "check these CAs", line.doctor.ca_file);
        auto& console = verb(Verb::console, "console", help::console, help::console_example);
        console.add_option("TARGET", line.console.target, "a target's name, or an ARM id")
            ->required();
        add_scope(console, line.console.scope, names);
        console.add_flag("--takeover", line.console.takeover, "end the session of whoever has it");
        console.add_flag(
            "--admin", line.console.admin, "the menu offers NMI and reset, which end Windows"
        );
        add_text(console, "--audit-file", "FILE", "append a record here", line.console.audit_file);
        regroup(console, "Console", {"--takeover", "--admin", "--audit-file"});
        auto& rules = verb(Verb::rules, "rules", help::rules, help::rules_example);
        add_choice<bool>(
            rules, "--format", "table or json", line.rules.json, {{"table", false}, {"json", true}}
        );
        auto& explain = verb(Verb::explain, "explain", help::explain, help::explain_example);
        explain.add_option("RULE", line.explain.subject, "a rule's id, or a cause")->required();
        auto& audit = verb(Verb::audit, "audit", help::audit, help::audit_example);
        audit.add_option("FILE", line.audit.file, "what --audit-file named")->required();
        auto& report = verb(Verb::report, "report", help::report, help::report_example);
        report.add_option("RUN", line.report.run, "a run's id, the start of one, or last")
            ->required();
        add_reports(report, line.report.reports, names);
        add_gate(report, line.report.fail_on, line.report.max_unassessed);
        add_state(report, line.report.state_dir);
        add_fixes(line);
        add_talks(line, names);
    }

    CLI::App& app() noexcept { return app_; }

    // The verb given, or none.
    [[nodiscard]] Verb chosen() const {
        for (const auto& [verb, app] : verbs_) {
            if (app->parsed()) return verb;
        }
        return Verb::none;
    }

    [[nodiscard]] CLI::App& app_of(Verb wanted) {
        for (const auto& [verb, app] : verbs_) {
            if (verb == wanted) return *app;
        }
        return app_;
    }

    [[nodiscard]] std::string help_for(Verb verb) {
        if (verb == Verb::none && fix_->parsed()) return fix_->help("rdpsweep");
        auto& app = app_of(verb);
        if (verb == Verb::none) return app.help("");
        return app.help(app.get_parent() == fix_ ? "rdpsweep fix" : "rdpsweep");
    }

    [[nodiscard]] std::vector<std::string> verb_names() const {
        std::vector<std::string> names;
        for (const auto& [verb, app] : verbs_) {
            const auto name = name_of(*app);
            const auto first = name.substr(0, name.find(' '));
            if (names.empty() || names.back() != first) names.push_back(first);
        }
        return names;
    }

    // "scan", "fix plan"; empty for the program itself.
    [[nodiscard]] static std::string name_of(const CLI::App& app) {
        if (app.get_parent() == nullptr) return "";
        const auto above = name_of(*app.get_parent());
        return above.empty() ? app.get_name() : above + " " + app.get_name();
    }

private:
    void add_fixes(CommandLine& line) {
        fix_ = app_.add_subcommand("fix", help::fix);
        fix_->require_subcommand(1);
        add_fix_plan(
            verb(Verb::fix_plan, "plan", help::fix_plan, help::fix_plan_example), line.fix_plan
        );
        auto& show = verb(Verb::fix_show, "show", help::fix_show, help::fix_show_example);
        show.add_option("PLAN", line.fix_show.plan, "the file of a plan")->required();
        auto& apply = verb(Verb::fix_apply, "apply", help::fix_apply, help::fix_apply_example);
        add_plan(apply, line.fix_apply, true);
        add_fix_apply(apply, line.fix_apply);
        add_plan(
            verb(Verb::fix_status, "status", help::fix_status, help::fix_status_example),
            line.fix_apply,
            false
        );
        add_plan(
            verb(Verb::fix_rollback, "rollback", help::fix_rollback, help::fix_rollback_example),
            line.fix_apply,
            true
        );
        add_order(
            verb(Verb::fix_pause, "pause", help::fix_pause, help::fix_pause_example), line.fix_apply
        );
        add_order(
            verb(Verb::fix_abort, "abort", help::fix_abort, help::fix_abort_example), line.fix_apply
        );
        add_fix_approve(
            verb(Verb::fix_approve, "approve", help::fix_approve, help::fix_approve_example),
            line.fix_approve
        );
    }

    CLI::App& verb(Verb verb, const char* name, const char* what, const std::string& footer) {
        auto* app = (fix_ != nullptr ? *fix_ : app_).add_subcommand(name, what);
        app->footer(footer);
        verbs_.emplace_back(verb, app);
        return *app;
    }

    void add_talks(CommandLine& line, const CliNames& names) {
        add_talk(app_of(Verb::targets), line.targets.talk, names);
        add_talk(app_of(Verb::doctor), line.doctor.talk, names);
        add_talk(app_of(Verb::console), line.console.talk, names);
        add_talk(app_of(Verb::rules), line.rules.talk, names);
        add_talk(app_of(Verb::explain), line.explain.talk, names);
        add_talk(app_of(Verb::audit), line.audit.talk, names);
        add_talk(app_of(Verb::report), line.report.talk, names);
        add_talk(app_of(Verb::fix_plan), line.fix_plan.talk, names);
        add_talk(app_of(Verb::fix_show), line.fix_show.talk, names);
        add_talk(app_of(Verb::fix_approve), line.fix_approve.talk, names);
        for (const auto each :
             {Verb::fix_apply,
              Verb::fix_status,
              Verb::fix_rollback,
              Verb::fix_pause,
              Verb::fix_abort})
            add_talk(app_of(each), line.fix_apply.talk, names);
        add_talk(app_of(Verb::scan), line.scan.talk, names);
        add_talk(app_of(Verb::check), line.scan.talk, names);
    }

    CLI::App app_;
    CLI::App* fix_ = nullptr; // set: verbs go below it
    std::vector<std::pair<Verb, CLI::App*>> verbs_;
};

CommandLine stop(int status, std::string text) {
    CommandLine line;
    line.exit = status;
    line.text = std::move(text);
    if (!line.text.ends_with('\n')) line.text += '\n';
    return line;
}

// One line of what is wrong, one of what to do.
CommandLine mistake(const std::string& verb, const std::string& what, const std::string& advice) {
    const auto name = "rdpsweep" + (verb.empty() ? "" : " " + verb);
    auto text = name + ": " + what + '\n';
    text += "  " + (advice.empty() ? "see: " + name + " --help" : advice);
    return stop(exit_usage, std::move(text));
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
    const Texts candidates(known.begin(), known.end());
    const auto near = nearest(word, candidates);
    return near ? "did you mean " + std::string(*near) + "?" : "";
}

// Something the verb does not know: the first option among it, else the first word.
CommandLine unexpected(CLI::App& verb, const std::vector<std::string>& args) {
    std::vector<std::string> known;
    for (const auto* option : verb.get_options()) {
        for (const auto& name : option->get_lnames())
            known.push_back("--" + name);
        for (const auto& name : option->get_snames())
            known.push_back("-" + name);
    }
    const auto left =
        verb.get_parent() != nullptr ? verb.get_parent()->remaining(true) : verb.remaining(true);
    std::string culprit = left.empty() ? "" : left.front();
    for (const auto& arg : args) {
        if (!arg.starts_with('-') || std::find(left.begin(), left.end(), arg) == left.end()) {
            continue;
        }
        culprit = arg;
        break;
    }
    culprit = culprit.substr(0, culprit.find('='));
    const bool option = culprit.starts_with('-');
    return mistake(
        Grammar::name_of(verb),
        (option ? "unknown option " : "unexpected ") + in_quotes(culprit),
        option ? did_you_mean(culprit, known) : ""
    );
}

// CLI11's words for a wrong number of values, in ours.
std::string reworded(const CLI::ParseError& error) {
    const std::string text = error.what();
    const auto option = text.substr(0, text.find(':'));
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) == nullptr) return printable(text);
    return text.find("At Most") != std::string::npos ? option + " is given more than once"
                                                     : option + " needs a value";
}

std::string help_of(Grammar& grammar) {
    const auto verb = grammar.chosen();
    auto text = grammar.help_for(verb);
    // CLI11 puts two blank lines between groups.
    for (auto at = text.find("\n\n\n"); at != std::string::npos; at = text.find("\n\n\n")) {
        text.erase(at, 1);
    }
    return text;
}

CommandLine parse_verb(const std::vector<std::string>& args, const CliNames& names) {
    CommandLine line;
    Grammar grammar(line, names);
    // CLI11 wants the arguments in reverse.
    std::vector<std::string> reversed(args.rbegin(), args.rend());
    try {
        grammar.app().parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
        return stop(exit_ok, help_of(grammar));
    } catch (const CLI::CallForVersion&) {
        return stop(exit_ok, "rdpsweep " RDPSWEEP_VERSION);
    } catch (const CLI::ExtrasError&) {
        return unexpected(grammar.app_of(grammar.chosen()), args);
    } catch (const CLI::ParseError& error) {
        const auto verb = grammar.chosen();
        const auto& app = grammar.app_of(verb);
        return mistake(Grammar::name_of(app), reworded(error), "");
    }
    line.verb = grammar.chosen();
    auto wrong = contradiction(line);
    if (!wrong.empty()) return mistake(Grammar::name_of(grammar.app_of(line.verb)), wrong, "");
    line.scan.args = args;
    return line;
}

std::vector<std::string> verb_names(const CliNames& names) {
    CommandLine line;
    return Grammar(line, names).verb_names();
}

} // namespace

CommandLine parse_command_line(const std::vector<std::string>& args, const CliNames& names) {
    if (args.empty()) {
        // A script that lost its verb must not look like a success.
        auto line = parse_verb({"--help"}, names);
        line.exit = exit_usage;
        return line;
    }
    const auto verbs = verb_names(names);
    const bool known = std::find(verbs.begin(), verbs.end(), args[0]) != verbs.end();
    if (!known && !args[0].starts_with('-')) {
        auto advice = did_you_mean(args[0], verbs);
        if (advice.empty()) advice = "verbs: " + joined(Texts(verbs.begin(), verbs.end()));
        return mistake("", "unknown verb " + in_quotes(args[0]), advice);
    }
    auto line = parse_verb(args, names);
    if (!line.exit && line.verb == Verb::none) {
        return mistake("", "no verb: " + in_quotes(args[0]), "");
    }
    return line;
}

} // namespace rdpsweep
