// What the user sees while a sweep runs: one line on a terminal, one every 30 s elsewhere, a full
// status on request, and the same as JSON for machines.
#pragma once

#include "core/writer.hpp"
#include "scanner/engine/sweep.hpp"
#include "scanner/talk/speaker.hpp"

#include <memory>
#include <optional>
#include <string>

namespace rdpsweep {

class Progress {
public:
    struct Options {
        bool quiet = false;     // no line that shows how far it is
        std::string stats_json; // a file, one JSON object a line and tick; empty: none
    };

    // totals, speaker and sweep must outlive it.
    Progress(asio::io_context& lane, const Totals& totals, Speaker& speaker, Options options);

    // Ticks until stop(). Call on the lane before the sweep runs.
    void start(const Sweep& sweep);

    // Returns why the file of figures could not be written.
    std::optional<Error> stop();

    // Prints the full status to stderr: totals, rate, and the ten slowest hosts with their rung.
    void print_status();

private:
    void schedule();
    void tick();
    void print_line();
    [[nodiscard]] std::string stats_line() const;
    [[nodiscard]] double rate() const;

    const Totals& totals_;
    Speaker& speaker_;
    Options options_;
    std::unique_ptr<Writer> stats_; // null: none is asked for, or it could not be opened
    std::optional<Error> no_stats_;
    const Sweep* sweep_ = nullptr;
    asio::steady_timer timer_;
    Clock::time_point begun_;
};

} // namespace rdpsweep
