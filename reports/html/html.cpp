// Puts the sections of the page in their order; what they hold is in page.cpp and sections.cpp.
#include "reports/html/html.hpp"

#include "reports/html/page.hpp"
#include "reports/html/sections.hpp"

namespace rdpsweep {

namespace {

class HtmlReport : public Reporter {
public:
    HtmlReport(Sink sink, const Catalogue& messages) : out_(std::move(sink)), words_(messages) {}

    void on_host(const HostResult&) override {}

    Status on_finish(const FleetReport& report, HostReader& hosts) override {
        html::Rendered rendered;
        const auto digest = digest_of(hosts, report.run.started, [&](const HostResult& host) {
            rendered.add(words_, host);
        });
        if (!digest) return digest.error();
        const html::Page page{report, *digest, rendered, words_, out_};
        out_ << html::page_head(words_, report) << html::completeness(words_, report.totals);
        html::write_warnings(page);
        out_ << html::tools(words_, rendered.archive);
        html::write_causes(page);
        html::write_at_risk(page);
        html::write_not_judged(page);
        html::write_ungrouped(page);
        html::write_not_assessed(page);
        html::write_healthy(page);
        out_ << html::run_details(words_, report.run) << html::page_foot(rendered.archive);
        return out_.flush();
    }

private:
    html::HtmlOutput out_;
    html::Words words_;
};

} // namespace

std::unique_ptr<Reporter> make_html_report(Sink sink, const Catalogue& messages, ReportOptions) {
    return std::make_unique<HtmlReport>(std::move(sink), messages);
}

} // namespace rdpsweep
