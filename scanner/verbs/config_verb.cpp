// The verb `config show`: what options are preset to, and where.
#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/cli/binders.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/configuration.hpp"
#include "scanner/verbs/table.hpp"
#include "scanner/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace rdpsweep {

namespace {

struct Row {
    std::string option;
    std::string verb; // empty: of every verb that has the option
    std::vector<std::string> value;
    std::string origin; // "default": of rdpsweep itself
};

// Returns the default that the help of an option names; empty where it names none.
std::vector<std::string> default_in(const std::string& help) {
    for (const std::string_view mark : {"(default: ", "(default "}) {
        const auto at = help.find(mark);
        if (at == std::string::npos) continue;
        const auto begin = at + mark.size();
        return {help.substr(begin, help.find(')', begin) - begin)};
    }
    return {};
}

// Returns the rows of a verb's options, and complains about values that are none.
std::vector<Row> rows_of(const cli::Verb& verb, const Presets& presets, Problems& problems) {
    const auto asked = verb.ask(cli_names());
    std::vector<Row> rows;
    for (const auto& option : asked.options) {
        if (!cli::may_be_preset(option)) continue;
        const auto key = cli::key_of(option);
        const auto value = presets.of(verb.name, option);
        if (!value) {
            rows.push_back({key, std::string(verb.name), default_in(option.help), "default"});
            continue;
        }
        if (const auto wrong = cli::set_preset(option, *value))
            problems.add(value->origin, key + " of " + std::string(verb.name) + ": " + *wrong);
        rows.push_back({key, value->verb, value->texts, value->origin});
    }
    return rows;
}

// Returns what is preset of all verbs, each once.
std::vector<Row> preset_rows(const Presets& presets, Problems& problems) {
    std::set<std::pair<std::string, std::string>> seen;
    std::vector<Row> rows;
    for (const auto& verb : all_verbs()) {
        if (!verb.ask) continue;
        for (auto& row : rows_of(verb, presets, problems)) {
            if (row.origin != "default" && seen.emplace(row.option, row.origin).second)
                rows.push_back(std::move(row));
        }
    }
    return rows;
}

std::string joined_values(const Row& row) {
    return row.value.empty() ? "-" : cli::joined(row.value);
}

TerminalText as_table(const std::vector<Row>& rows, bool origin) {
    std::vector<std::vector<std::string>> cells{{"option", "verb", "value"}};
    if (origin) cells.front().emplace_back("origin");
    for (const auto& row : rows) {
        cells.push_back({row.option, row.verb.empty() ? "any" : row.verb, joined_values(row)});
        if (origin) cells.back().push_back(row.origin);
    }
    return table(cells);
}

TerminalText as_json(const std::vector<Row>& rows, const Presets& presets) {
    nlohmann::json document{{"schema", "rdpsweep.config/1"}};
    auto& files = document["files"] = nlohmann::json::array();
    for (const auto& file : presets.files)
        files.push_back({{"path", file.path}, {"there", file.there}});
    auto& options = document["options"] = nlohmann::json::array();
    for (const auto& row : rows)
        options.push_back(
            {{"option", row.option},
             {"verb", row.verb},
             {"value", row.value},
             {"origin", row.origin}}
        );
    auto text = document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
    escape_for_display(text);
    return printable_lines(text + '\n');
}

// Returns which files were read, and which are not there.
TerminalText told_of_files(const Presets& presets) {
    TerminalText text;
    for (const auto& file : presets.files) {
        text += "rdpsweep: " + printable(file.path);
        if (file.there)
            text += " was read\n";
        else
            text += " is not there\n";
    }
    return text;
}

const cli::Verb* find_verb(const std::string& name) {
    for (const auto& verb : all_verbs()) {
        if (verb.name == name && verb.ask) return &verb;
    }
    return nullptr;
}

} // namespace

cli::Options config_options(ConfigOptions& asked, const CliNames&) {
    // A row an option.
    // clang-format off
    return {
        {"--verb", "TEXT", "all options of this verb, with rdpsweep's own defaults",
         cli::text(asked.verb), cli::group::talk},
        {"--origin", "", "also where each of them comes from", cli::flag(asked.origin), cli::group::talk},
        {"--format", "WORD", "table or json",
         cli::choice<bool>(asked.json, {{"table", false}, {"json", true}}), cli::group::talk},
        cli::config_option(asked.file),
    };
    // clang-format on
}

int run_config_show(const ConfigOptions& options) {
    const auto* verb = find_verb(options.verb);
    if (verb == nullptr && !options.verb.empty()) {
        write_err(
            "rdpsweep config show: no verb " + in_quotes(options.verb) +
            "\n  see: rdpsweep --help\n"
        );
        return exit_usage;
    }
    Problems problems;
    const auto presets = read_presets(options.file, problems);
    const auto rows =
        verb == nullptr ? preset_rows(presets, problems) : rows_of(*verb, presets, problems);
    if (!problems.empty()) {
        write_err(to_text(problems));
        return exit_usage;
    }
    if (options.json) return write_out(as_json(rows, presets)) ? exit_ok : exit_failed;
    if (!options.talk.quiet) write_err(told_of_files(presets));
    return write_out(as_table(rows, options.origin)) ? exit_ok : exit_failed;
}

} // namespace rdpsweep
