// The reports of one run: made from the command line's requests, written to files or stdout, each
// by a thread of its own.
#pragma once

#include "core/writer.hpp"
#include "reports/report.hpp"
#include "scanner/options/scan_options.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// The run that is reported.
struct ReportedRun {
    std::string id;
    std::int64_t started = 0; // Unix seconds
    bool in_order = false;    // on_host() gets every host of the run, in inventory order
    const char* again = "rdpsweep report last"; // what makes the reports again
};

// A file appears under its name only when it is complete, except for the live formats, which may
// be followed while the run goes on.
class ReportOutputs {
public:
    using Patience = std::function<Writer::Duration()>;

    // Opens the outputs. Error{config, ...} when a file cannot be opened; nothing was attempted
    // then. A FIFO may get its reader later.
    static Result<ReportOutputs> open(
        const std::vector<ReportRequest>& requests,
        const TalkOptions& talk,
        const Catalogue& messages,
        const ReportedRun& run,
        std::span<const ReportFormat> known = all_reports()
    );

    ReportOutputs(ReportOutputs&&) noexcept;
    ~ReportOutputs();

    // Gives a host to the reports, with its JSON in English where that was made already. Waits for
    // no reader: one that is far behind gets the host from the stored run, by finish().
    void on_host(const HostResult& host, std::string_view json = {});

    // Tells the reports what changed since another run; it has to outlive them.
    void on_baseline(const Difference& difference);

    // Tells whether the reader of a live report is so slow that no further host should be begun.
    // Gives up one that took nothing for limits::reader_patience.
    bool behind();

    // From here on readers are waited for, each as long as patience says while it takes nothing.
    void wait_for_readers(Patience patience);

    // Writes what is not written yet, and returns what failed: one error an output at most. The
    // others are written all the same.
    std::vector<Error> finish(const FleetReport& report, HostReader& hosts);

private:
    struct Output;
    ReportOutputs();
    std::vector<std::unique_ptr<Output>> outputs_;
};

} // namespace rdpsweep
