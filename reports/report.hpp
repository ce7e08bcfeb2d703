// FleetReport to bytes. A report never judges; it shows what the rules found.
#pragma once

#include "core/outcome.hpp"
#include "core/result.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rdpsweep {

class Catalogue;   // reports/messages/catalogue.hpp
struct Difference; // reports/changes/difference.hpp

// Where a report's bytes go. Returns an Error when they could not be written (full disk).
using Sink = std::function<Status(std::string_view bytes)>;

struct ReportOptions {
    bool color = false;      // text only
    std::size_t width = 100; // text only: columns of the terminal
    std::string run;         // jsonl only: the run's id, said on lines written while it runs
    std::optional<std::int64_t> started; // of the run, Unix seconds; empty: told when it is over
    bool in_order = false;               // on_host() gets every host of the run, in inventory order
};

class Reporter {
public:
    virtual ~Reporter() = default;

    // Takes a host while the sweep runs, in completion order: not those that an earlier process
    // visited. A report keeps little of it, or ignores it.
    virtual void on_host(const HostResult& result) = 0;

    // Does the same, with what to_json_text() gives of the host in English, which was made for the
    // store already.
    virtual void on_host_as_text(const HostResult& result, std::string_view /*json*/) {
        on_host(result);
    }

    // Takes what changed since another run, before the first host. It outlives the report. Not
    // called where no other run is known.
    virtual void on_baseline(const Difference& /*difference*/) {}

    // Ends the report: the run is over, or was interrupted. hosts replays every stored host in
    // inventory order.
    virtual Status on_finish(const FleetReport& report, HostReader& hosts) = 0;
};

// One row of the table of report formats.
struct ReportFormat {
    std::string_view name; // "html"
    std::string_view what; // one line for --help
    bool live;             // writes in on_host, so it may be tailed
    std::unique_ptr<Reporter> (*make)(Sink sink, const Catalogue& messages, ReportOptions options);
};

std::span<const ReportFormat> all_reports() noexcept; // reports/registry.cpp

} // namespace rdpsweep
