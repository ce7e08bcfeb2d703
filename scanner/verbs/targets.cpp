// The verb `targets`: what a scan would touch, touching nothing.
#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/cli/binders.hpp"
#include "scanner/cli/names.hpp"
#include "scanner/cli/scope_grammar.hpp"
#include "scanner/inventory/disk_targets.hpp"
#include "scanner/scope/resolve_scope.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/verbs.hpp"
#include "transports/disk/referred_sas.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace rdpsweep {

namespace {

constexpr std::size_t most_tags_shown = 12;

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string text;
    for (const auto& word : words) {
        if (!text.empty()) text += between;
        text += word;
    }
    return text;
}

std::string disk_of(const Target& target) {
    if (target.disk->by_sas()) return disk::sas_reference(*target.disk);
    return target.disk->file.empty() ? target.disk->snapshot : target.disk->file;
}

std::string endpoint(const Target& target) {
    if (has_only_disk(target)) return disk_of(target);
    if (target.address.empty()) return "-";
    const bool v6 = target.address.find(':') != std::string::npos;
    return (v6 ? "[" + target.address + "]" : target.address) + ":" +
           std::to_string(first_port(target));
}

std::string tags_of(const Target& target) {
    std::vector<std::string> tags;
    for (const auto& [key, value] : target.tags)
        tags.push_back(key + "=" + value);
    return joined(tags, " ");
}

std::string credential_of(const Target& target) {
    return target.credential.empty() ? "-" : target.credential;
}

using Counts = std::map<std::string, std::size_t>;

struct Summary {
    Counts routes;
    Counts credentials;
    Counts tags;
    Counts groups;
};

Summary summarise(const std::vector<Target>& targets) {
    Summary summary;
    for (const auto& target : targets) {
        ++summary.routes[joined(target.route, ",")];
        ++summary.credentials[credential_of(target)];
        for (const auto& [key, value] : target.tags)
            ++summary.tags[key + "=" + value];
        for (const auto& group : target.groups)
            ++summary.groups[group];
    }
    return summary;
}

// Returns "env=prod 90, role=web 12", the most frequent first.
TerminalText to_line(const Counts& counts, std::size_t most) {
    std::vector<std::pair<std::string, std::size_t>> list(counts.begin(), counts.end());
    std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
        return a.second > b.second;
    });
    TerminalText line;
    for (std::size_t i = 0; i < list.size() && i < most; ++i) {
        if (i > 0) line += ", ";
        line += printable(list[i].first, 60) + " " + printable(list[i].second);
    }
    if (list.size() > most) line += ", and " + printable(list.size() - most) + " more";
    return line;
}

std::vector<std::string> cells_of(const Target& target) {
    return {
        target.name,
        endpoint(target),
        std::to_string(target.rdp_port),
        joined(target.route, ","),
        credential_of(target),
        tags_of(target)};
}

// Returns how many there are, by what they have in common.
TerminalText totals_of(const std::vector<Target>& targets) {
    const auto summary = summarise(targets);
    auto text = "\n" + printable(targets.size()) + " target";
    text += targets.size() == 1 ? TerminalText("\n") : TerminalText("s\n");
    if (targets.empty()) return text;
    text += "  route       " + to_line(summary.routes, most_tags_shown) + "\n";
    text += "  credential  " + to_line(summary.credentials, most_tags_shown) + "\n";
    if (!summary.tags.empty()) {
        text += "  tag         " + to_line(summary.tags, most_tags_shown) + "\n";
    }
    if (!summary.groups.empty()) {
        text += "  group       " + to_line(summary.groups, most_tags_shown) + "\n";
    }
    return text;
}

// Writes text to stdout piece by piece, so that a large inventory is not in memory twice.
class Pieces {
public:
    // Returns false once nothing more can be written.
    bool add(const TerminalText& text) {
        text_ += text;
        constexpr std::size_t piece = 64u << 10;
        return text_.str().size() < piece || flush();
    }

    bool flush() {
        written_ = written_ && write_out(text_);
        text_ = TerminalText();
        return written_;
    }

private:
    TerminalText text_;
    bool written_ = true;
};

bool write_table(const std::vector<Target>& targets) {
    const std::vector<std::string> head{"NAME", "ADDRESS", "RDP", "ROUTE", "CREDENTIAL", "TAGS"};
    const auto row_at = [&](std::size_t row) {
        return row == 0 ? head : cells_of(targets[row - 1]);
    };
    Pieces pieces;
    const auto add = [&pieces](const TerminalText& line) { return pieces.add(line); };
    if (!table_lines(targets.size() + 1, row_at, add)) return false;
    return pieces.add(totals_of(targets)) && pieces.flush();
}

nlohmann::json to_json(const Target& target) {
    return {
        {"name", target.name},
        {"id", target.id},
        {"address", target.address},
        {"vm", target.vm},
        {"disk", disk_of(target)},
        {"port", first_port(target)},
        {"via", target.ssh->via},
        {"scheme", target.winrm.scheme == WinRmScheme::http ? "http" : "https"},
        {"rdp_port", target.rdp_port},
        {"route", target.route},
        {"credential", target.credential},
        {"tags", target.tags},
        {"groups", target.groups},
        {"skip", target.skip},
        {"origin", target.origin},
    };
}

// Writes one target a line inside the document, so that grep finds whole ones.
bool write_json(const std::vector<Target>& targets) {
    const auto summary = summarise(targets);
    const nlohmann::json counts{
        {"targets", targets.size()},
        {"route", summary.routes},
        {"credential", summary.credentials},
        {"tag", summary.tags},
        {"group", summary.groups},
    };
    Pieces pieces;
    const auto head = "{\"schema\":\"rdpsweep.targets/1\",\"counts\":" + dump_json(counts);
    bool going = pieces.add(printable_lines(head + ",\"targets\":["));
    for (std::size_t i = 0; going && i < targets.size(); ++i)
        going =
            pieces.add(printable_lines((i == 0 ? "\n" : ",\n") + dump_json(to_json(targets[i]))));
    return going && pieces.add("\n]}\n") && pieces.flush();
}

// Writes what `-i -` reads.
bool write_lines(const std::vector<Target>& targets) {
    Pieces pieces;
    for (const auto& target : targets) {
        const auto name = printable(target.name, target.name.size());
        if (!pieces.add(name + "=" + printable_lines(endpoint(target) + '\n'))) return false;
    }
    return pieces.flush();
}

} // namespace

cli::Options targets_options(TargetsOptions& asked, const CliNames& names) {
    auto options = cli::scope_options(asked.scope, names);
    const auto format = cli::choice<ListFormat>(
        asked.format,
        {{"table", ListFormat::table}, {"json", ListFormat::json}, {"lines", ListFormat::lines}}
    );
    options.push_back({"--format", "WORD", "table, json or lines", format, cli::group::talk});
    return options;
}

int run_targets(const TargetsOptions& options) {
    Problems problems;
    const auto inventory = resolve_scope(options.scope, cli_names().transports, problems);
    if (!problems.empty()) {
        write_err(to_text(problems));
        return exit_usage;
    }
    write_notes(inventory.notes);
    const auto& targets = inventory.targets;
    bool written = false;
    switch (options.format) {
    case ListFormat::json:
        written = write_json(targets);
        break;
    case ListFormat::lines:
        written = write_lines(targets);
        break;
    case ListFormat::table:
        written = write_table(targets);
        break;
    }
    if (!written) return exit_failed;
    if (!targets.empty() || options.scope.allow_empty) return exit_ok;
    write_err("rdpsweep: the scope holds no target\n  next: look at -i and -t, or --allow-empty\n");
    return exit_no_targets;
}

} // namespace rdpsweep
