// The table of the formats of `diff`.
#include "reports/changes/diff_reports.hpp"

#include <array>

namespace rdpsweep {

namespace {

constexpr std::array diff_formats{
    ReportFormat{
        "text", "the words with their counts, names, what to do next", false, make_diff_text},
    ReportFormat{"json", "every host and finding (rdpsweep.diff/1)", false, make_diff_json},
    ReportFormat{"markdown", "a summary of at most 60 KB for tickets", false, make_diff_markdown},
    ReportFormat{"html", "one self-contained page for people", false, make_diff_html},
};

} // namespace

std::span<const ReportFormat> all_diff_reports() noexcept {
    return diff_formats;
}

} // namespace rdpsweep
