// The run of the verb scan: it is stored as it goes, and ends in reports.
#pragma once

#include "scanner/history/night.hpp"
#include "scanner/run/report_output.hpp"
#include "scanner/run/run_kind.hpp"
#include "scanner/store/run_store.hpp"

namespace rdpsweep {

class ScanRun final : public RunKind {
public:
    // Opens the run's store and its reports; with --resume those of the earlier run, whose hosts
    // are counted. setup must outlive it.
    static Step<std::unique_ptr<ScanRun>> open(RunSetup& setup);

    [[nodiscard]] RunTraits traits() const override;
    Status started(std::size_t index, const Target& target) override;
    Status finished(const HostResult& host) override;
    bool may_begin() override;
    Status close(Speaker& speaker) override;
    [[nodiscard]] int status() const override;

private:
    ScanRun(RunSetup& setup, ReportOutputs reports, std::unique_ptr<RunStore> store)
        : setup_(setup), reports_(std::move(reports)), store_(std::move(store)) {}

    Status write_reports(Speaker& speaker, std::uint64_t begun_at);

    // Tells whether it is one of a series: what has no name is imported by the next that has one.
    [[nodiscard]] bool has_series() const { return !setup_.extras.marks.name.empty(); }

    void write_history(Speaker& speaker);

    RunSetup& setup_;
    ReportOutputs reports_;
    std::unique_ptr<RunStore> store_;
    Night night_; // of a run of a series that is not resumed: what the history gets
};

} // namespace rdpsweep
