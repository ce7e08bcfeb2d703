// The table of report formats: the one place where a new one is named.
#include "reports/html/html.hpp"
#include "reports/json.hpp"
#include "reports/jsonl.hpp"
#include "reports/report.hpp"
#include "reports/text/text.hpp"

#include <array>

namespace rdpsweep {

namespace {

constexpr std::array formats{
    ReportFormat{
        "text", "the final screen: causes, names, what to do next", false, make_text_report},
    ReportFormat{"json", "everything, one document (rdpsweep.report/1)", false, make_json_report},
    ReportFormat{"jsonl", "one host a line, written as the sweep goes", true, make_jsonl_report},
    ReportFormat{"html", "one self-contained page for people", false, make_html_report},
};

} // namespace

std::span<const ReportFormat> all_reports() noexcept {
    return formats;
}

} // namespace rdpsweep
