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
#include <utility>

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

Binder choice_of_change(std::optional<FailOnChange>& change) {
    return choice<std::optional<FailOnChange>>(
        change,
        {{"new", FailOnChange::news},
         {"worse", FailOnChange::worse},
         {"unassessable", FailOnChange::unassessable}}
    );
}

// Binds a word of one or of the other.
Binder either(Binder one, Binder other) {
    auto known = other.choices;
    known.insert(known.end(), one.choices.begin(), one.choices.end());
    auto set = [one = std::move(one.set),
                other = std::move(other.set),
                known](const std::string& text) -> std::optional<std::string> {
        if (!one(text) || !other(text)) return {};
        return none_of(text, known);
    };
    return {std::move(set), Takes::value, std::move(known)};
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
    auto verdict = choice<std::optional<Verdict>>(
        gate.fail_on.verdict,
        {{"broken", Verdict::broken},
         {"at_risk", Verdict::at_risk},
         {"unknown", Verdict::unknown},
         {"never", std::nullopt}}
    );
    std::string help =
        "the mildest verdict that is a finding: broken (default), at_risk, unknown, or never";
    if (gate.change != nullptr) help += "; with a baseline also new, worse or unassessable";
    return {
        {"--fail-on", "WORD", std::move(help),
         gate.change == nullptr ? std::move(verdict)
                                : either(choice_of_change(*gate.change), std::move(verdict)),
         group},
        {"--max-unassessed", "N", "do not fail for up to N targets that were not assessed",
         number(gate.max_unassessed, {0, 1'000'000}), group},
    };
}

Option fail_on_change_option(std::optional<FailOnChange>& change, std::string_view group) {
    auto none = choice<std::optional<FailOnChange>>(change, {{"never", std::nullopt}});
    return {"--fail-on", "WORD",
            "which change is a failure: new, worse, unassessable (that became so), or never "
            "(default)",
            either(choice_of_change(change), std::move(none)), group};
}

// clang-format on

} // namespace rdpsweep::cli
