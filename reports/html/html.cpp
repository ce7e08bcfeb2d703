// Puts the sections of the page in their order; what they hold is in page.cpp and sections.cpp.
#include "reports/html/html.hpp"

#include "reports/gathering.hpp"
#include "reports/html/changes.hpp"
#include "reports/html/page.hpp"
#include "reports/html/sections.hpp"

namespace rdpsweep {

namespace {

class HtmlReport : public Reporter {
public:
    HtmlReport(Sink sink, const Catalogue& messages, const ReportOptions& options)
        : out_(std::move(sink)), words_(messages), in_order_(options.in_order), gathered_(options) {
    }

    void on_baseline(const Difference& difference) override { rendered_.difference = &difference; }

    // Rows stand in the order of the inventory: hosts that come in another are read at the end.
    void on_host(const HostResult& host) override {
        if (in_order_ && gathered_.add(host)) rendered_.add(words_, host);
    }

    Status on_finish(const FleetReport& report, HostReader& hosts) override {
        auto read = gathered_.add_rest(report, hosts, [this](const HostResult& host) {
            rendered_.add(words_, host);
        });
        if (!read) return read;
        const html::Page page{report, gathered_.digest(), rendered_, words_, out_};
        out_ << html::page_head(words_, report) << html::completeness(words_, report.totals);
        if (rendered_.difference != nullptr)
            out_ << html::change_section(words_, *rendered_.difference);
        html::write_warnings(page);
        out_ << html::tools(words_, rendered_.archive);
        html::write_causes(page);
        html::write_at_risk(page);
        html::write_not_judged(page);
        html::write_ungrouped(page);
        html::write_not_assessed(page);
        html::write_healthy(page);
        out_ << html::run_details(words_, report.run) << html::page_foot(rendered_.archive);
        return out_.flush();
    }

private:
    html::HtmlOutput out_;
    html::Words words_;
    bool in_order_;
    Gathering gathered_;
    html::Rendered rendered_;
};

} // namespace

std::unique_ptr<Reporter>
make_html_report(Sink sink, const Catalogue& messages, ReportOptions options) {
    return std::make_unique<HtmlReport>(std::move(sink), messages, options);
}

} // namespace rdpsweep
