// The reports of one run: made from the command line's requests, written to files or stdout.
#pragma once

#include "reports/report.hpp"
#include "scanner/options/scan_options.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rdpsweep {

// A file appears under its name only when it is complete, except for the live formats, which may
// be followed while the run goes on.
class ReportOutputs {
public:
    // Opens the outputs. Error{config, ...} when a file cannot be opened; nothing was attempted
    // then. run: its id, which live reports name in every record.
    static Result<ReportOutputs> open(
        const std::vector<ReportRequest>& requests,
        const TalkOptions& talk,
        const Catalogue& messages,
        const std::string& run
    );

    ReportOutputs(ReportOutputs&&) noexcept;
    ~ReportOutputs();

    // Gives a host to the live formats, in completion order.
    void on_host(const HostResult& host);

    // Writes what is not written yet. The first failure is returned; the others are written all
    // the same.
    Status finish(const FleetReport& report, HostReader& hosts);

private:
    struct Output;
    ReportOutputs();
    std::vector<std::unique_ptr<Output>> outputs_;
};

} // namespace rdpsweep
