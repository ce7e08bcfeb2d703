// The formats of `diff`. They are told what changed by on_baseline(), and no host.
#pragma once

#include "reports/report.hpp"

#include <span>

namespace rdpsweep {

std::unique_ptr<Reporter>
make_diff_text(Sink sink, const Catalogue& messages, ReportOptions options);

std::unique_ptr<Reporter>
make_diff_json(Sink sink, const Catalogue& messages, ReportOptions options);

std::unique_ptr<Reporter>
make_diff_markdown(Sink sink, const Catalogue& messages, ReportOptions options);

std::unique_ptr<Reporter>
make_diff_html(Sink sink, const Catalogue& messages, ReportOptions options);

std::span<const ReportFormat> all_diff_reports() noexcept;

// One of them: writes a Difference, however many hosts it has.
class DiffReport : public Reporter {
public:
    void on_host(const HostResult&) final {}

    void on_baseline(const Difference& difference) final { difference_ = &difference; }

    // Writes nothing where nothing was compared.
    Status on_finish(const FleetReport&, HostReader&) final {
        return difference_ == nullptr ? Status() : write(*difference_);
    }

private:
    virtual Status write(const Difference& difference) = 0;

    const Difference* difference_ = nullptr;
};

} // namespace rdpsweep
