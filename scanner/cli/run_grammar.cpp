// --state, --audit-file, --report and the gate.
#include "scanner/cli/run_grammar.hpp"

#include "core/finding.hpp"
#include "core/outcome.hpp"
#include "core/text.hpp"
#include "scanner/cli/binders.hpp"
#include "scanner/cli/state_dir.hpp"
#include "scanner/talk/problems.hpp"

#include <algorithm>
#include <cctype>

namespace rdpsweep::cli {

namespace {

// Binds FORMAT[:PATH]; no two reports may go to one place.
Binder report_requests(std::vector<ReportRequest>& reports, const CliNames& names) {
    const std::vector<std::string> known(names.reports.begin(), names.reports.end());
    auto set = [&reports, known](const std::string& text) -> std::optional<std::string> {
        const auto colon = text.find(':');
        ReportRequest request{text.substr(0, colon), "-"};
        if (std::find(known.begin(), known.end(), request.format) == known.end()) {
            return none_of(request.format, known);
        }
        if (colon != std::string::npos) request.path = text.substr(colon + 1);
        if (request.path.empty()) return "the path is empty";
        for (const auto& other : reports) {
            if (other.path != request.path) continue;
            return "two reports would go to " +
                   (request.path == "-" ? "stdout" : in_quotes(request.path));
        }
        reports.push_back(std::move(request));
        return {};
    };
    return {std::move(set), Takes::values, known};
}

// Tells whether a host can be that.
template <class Enum>
bool is_one_of(std::string_view word) {
    Enum value{};
    return from_string(word, value);
}

} // namespace

std::string wrong_run_name(std::string_view name) {
    constexpr std::size_t longest = 64;
    constexpr std::string_view marks = "._-";
    const auto plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
    if (name.empty()) return {};
    if (name.size() > longest) return "a run's name has at most 64 characters";
    const bool known = std::all_of(name.begin(), name.end(), [&](char c) {
        return plain(c) || marks.find(c) != std::string_view::npos;
    });
    if (!known || !plain(name.front()))
        return "a run's name has letters, digits, '.', '_' and '-', and begins with one of the "
               "first two";
    const bool taken = is_one_of<Outcome>(name) || is_one_of<Verdict>(name) ||
                       is_one_of<Cause>(name) || name == "unassessed";
    return taken ? in_quotes(name) + " is what a host can be: last:" + std::string(name) +
                       " of --rerun means those"
                 : "";
}

// A row an option.
// clang-format off

Option state_option(std::string& folder, std::string_view group) {
    folder = default_state_dir();
    return {
        "--state",
        "FOLDER",
        "where runs are kept (default: $STATE_DIRECTORY, $XDG_STATE_HOME/rdpsweep)",
        text(folder),
        group};
}

Option audit_option(std::string& file, std::string_view group) {
    return {"--audit-file", "FILE", "append every remote command to FILE", text(file), group};
}

Option
report_option(std::vector<ReportRequest>& reports, const CliNames& names, std::string_view group) {
    auto bind = report_requests(reports, names);
    auto help = joined(bind.choices) + "; to stdout unless PATH is given";
    return {"--report", "FORMAT[:PATH]", std::move(help), std::move(bind), group,
            Preset::fresh};
}

Options gate_options(Gate gate, std::string_view group) {
    const auto verdict = choice<std::optional<Verdict>>(
        gate.fail_on.verdict,
        {{"broken", Verdict::broken},
         {"at_risk", Verdict::at_risk},
         {"unknown", Verdict::unknown},
         {"never", std::nullopt}}
    );
    return {
        {"--fail-on", "WORD",
         "the mildest verdict that is a finding: broken (default), at_risk, unknown, or never",
         verdict, group},
        {"--max-unassessed", "N", "do not fail for up to N targets that were not assessed",
         number(gate.max_unassessed, {0, 1'000'000}), group},
    };
}

// clang-format on

} // namespace rdpsweep::cli
