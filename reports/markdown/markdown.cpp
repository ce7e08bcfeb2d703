// Holds the Reporter alone; the sections are in summary.cpp, the escaping is in markup.cpp.
#include "reports/markdown/markdown.hpp"

#include "reports/changes/difference.hpp"
#include "reports/gathering.hpp"
#include "reports/markdown/summary.hpp"
#include "reports/output.hpp"

namespace rdpsweep {

namespace {

class MarkdownReport : public Reporter {
public:
    MarkdownReport(Sink sink, const Catalogue& messages, const ReportOptions& options)
        : out_(std::move(sink)), messages_(messages), gathered_(options) {}

    void on_host(const HostResult& host) override { gathered_.add(host); }

    void on_baseline(const Difference& difference) override { difference_ = &difference; }

    Status on_finish(const FleetReport& report, HostReader& hosts) override {
        auto read = gathered_.add_rest(report, hosts);
        if (!read) return read;
        out_ << markdown::Summary(messages_, report, gathered_.digest(), difference_).write();
        return out_.flush();
    }

private:
    Output out_;
    const Catalogue& messages_;
    Gathering gathered_;
    const Difference* difference_ = nullptr; // null: no other run is known
};

} // namespace

std::unique_ptr<Reporter>
make_markdown_report(Sink sink, const Catalogue& messages, ReportOptions options) {
    return std::make_unique<MarkdownReport>(std::move(sink), messages, options);
}

} // namespace rdpsweep
