// The table of report formats: the one place where a new one is named.
#include "reports/csv.hpp"
#include "reports/html/html.hpp"
#include "reports/json.hpp"
#include "reports/jsonl.hpp"
#include "reports/junit.hpp"
#include "reports/markdown/markdown.hpp"
#include "reports/prometheus.hpp"
#include "reports/report.hpp"
#include "reports/sarif.hpp"
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
    ReportFormat{"markdown", "a summary of at most 60 KB for tickets", false, make_markdown_report},
    ReportFormat{"csv", "one row a host, for spreadsheets", false, make_csv_report},
    ReportFormat{"junit", "each host as a test case, for CI servers", false, make_junit_report},
    ReportFormat{"sarif", "groups of hosts as results (SARIF 2.1.0)", false, make_sarif_report},
    ReportFormat{
        "prometheus", "totals for node_exporter's textfile", false, make_prometheus_report},
};

} // namespace

std::span<const ReportFormat> all_reports() noexcept {
    return formats;
}

} // namespace rdpsweep
