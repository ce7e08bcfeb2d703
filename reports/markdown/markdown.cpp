// Holds the Reporter alone; the sections are in summary.cpp, the escaping is in markup.cpp.
#include "reports/markdown/markdown.hpp"

#include "reports/markdown/summary.hpp"
#include "reports/output.hpp"

namespace rdpsweep {

namespace {

class MarkdownReport : public Reporter {
public:
    MarkdownReport(Sink sink, const Catalogue& messages)
        : out_(std::move(sink)), messages_(messages) {}

    void on_host(const HostResult&) override {}

    Status on_finish(const FleetReport& report, HostReader& hosts) override {
        const auto digest = digest_of(hosts, report.run.started);
        if (!digest) return digest.error();
        out_ << markdown::Summary(messages_, report, *digest).write();
        return out_.flush();
    }

private:
    Output out_;
    const Catalogue& messages_;
};

} // namespace

std::unique_ptr<Reporter>
make_markdown_report(Sink sink, const Catalogue& messages, ReportOptions) {
    return std::make_unique<MarkdownReport>(std::move(sink), messages);
}

} // namespace rdpsweep
