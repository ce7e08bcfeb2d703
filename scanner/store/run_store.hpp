// Where a run is kept while it goes on: one line a host, on disk before the host is counted.
#pragma once

#include "core/outcome.hpp"
#include "core/outcome_json.hpp"
#include "core/result.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace rdpsweep {

// Writes <state>/runs/<id>/hosts.jsonl (a "started" and a "finished" line per host) and run.json.
// A line is written at once; a thread of its own syncs it to the disk within 250 ms.
class RunStore {
public:
    // Makes the run's folder (0700). options: the options of the run, a JSON object that is kept as
    // it is; empty: none are kept. Error{config, local_limit} when it cannot be written.
    static Result<std::unique_ptr<RunStore>>
    create(const std::string& state_dir, const RunInfo& run, Say say, std::string options = {});

    // Goes on with a run that was interrupted. Error{config, local_limit} while another process
    // writes it.
    static Result<std::unique_ptr<RunStore>>
    reopen(const std::string& state_dir, const RunInfo& run, Say say, std::string options = {});

    ~RunStore();
    RunStore(const RunStore&) = delete;
    RunStore& operator=(const RunStore&) = delete;

    Status started(std::size_t index, const std::string& target_id);
    Status finished(const HostResult& host);

    // Writes run.json with the end time and the totals, and syncs everything.
    Status close(const RunInfo& run, const Totals& totals);

    [[nodiscard]] const std::string& folder() const noexcept { return folder_; }

private:
    RunStore(std::string folder, int descriptor, Say say, std::string options);
    void cut_torn_line();
    Status append(std::string line);
    Status write_run(const RunInfo& run, const Totals* totals) const;
    void keep_syncing();

    std::string folder_;
    int descriptor_;
    Say say_;
    std::string options_;    // JSON; empty: none
    std::size_t length_ = 0; // bytes of whole lines; a torn one is cut off again
    std::atomic<bool> dirty_ = false;
    std::atomic<int> sync_error_ = 0; // errno of a sync that failed
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread syncer_;
};

// Reads a stored run, also one that was killed: a torn last line is passed over. The last
// "finished" line of a host counts.
class StoredRun final : public HostReader {
public:
    // Opens a run. id: a run's id, a unique beginning of one, or "last". Error{config, ...} when
    // there is none.
    static Result<StoredRun> open(const std::string& state_dir, const std::string& id);

    [[nodiscard]] const RunInfo& run() const noexcept { return run_; }

    // Returns the options that it was made with, as JSON; empty for a run whose version stored only
    // run().args.
    [[nodiscard]] const std::string& options() const noexcept { return options_; }

    Status for_each(const std::function<void(const HostResult&)>& visit) override;

    [[nodiscard]] bool complete() const noexcept { return complete_; }

    // Returns how many records the last for_each() could not read; their hosts count as not
    // finished.
    [[nodiscard]] std::size_t damaged() const noexcept { return damaged_; }

private:
    StoredRun(std::string folder, RunInfo run, std::string options, bool complete);
    Status index();

    std::string folder_;
    RunInfo run_;
    std::string options_;
    bool complete_;
    std::size_t damaged_ = 0;
    std::vector<std::pair<std::uint64_t, std::size_t>> lines_; // offset and length, by index
};

} // namespace rdpsweep
