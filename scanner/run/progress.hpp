// What the user sees while a sweep runs: one line on a terminal, one every 30 s elsewhere, a full
// status on request, and the same as JSON for machines.
#pragma once

#include "scanner/engine/sweep.hpp"
#include "scanner/talk/speaker.hpp"

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
    void stop();

    // Prints the full status to stderr: totals, rate, and the ten slowest hosts with their rung.
    void print_status();

private:
    void schedule();
    void tick();
    void print_line();
    void write_stats();
    [[nodiscard]] double rate() const;

    const Totals& totals_;
    Speaker& speaker_;
    Options options_;
    const Sweep* sweep_ = nullptr;
    asio::steady_timer timer_;
    Clock::time_point begun_;
};

} // namespace rdpsweep
