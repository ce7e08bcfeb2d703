// Where a run is kept while it goes on: one line a host, on disk before the host is counted.
#pragma once

#include "core/outcome.hpp"
#include "core/outcome_json.hpp"
#include "core/result.hpp"
#include "scanner/store/finished_records.hpp"
#include "scanner/store/run_document.hpp"
#include "scanner/store/state_folder.hpp"

#include <atomic>
#include <condition_variable>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace rdpsweep {

// Writes <state>/runs/<id>/hosts.jsonl (a "started" and a "finished" line per host) and run.json.
// A line is written at once; a thread of its own syncs it to the disk within 250 ms.
class RunStore {
public:
    // Makes the run's folder (0700). Error{config, ...}: local_limit when it cannot be written,
    // access_denied when the folder, or what is in it, is not ours alone (state_folder.hpp).
    static Result<std::unique_ptr<RunStore>>
    create(const std::string& state_dir, const RunInfo& run, Say say, RunExtras extras = {});

    // Goes on with a run that was interrupted. Error{config, local_limit} while another process
    // writes it.
    static Result<std::unique_ptr<RunStore>>
    reopen(const std::string& state_dir, const RunInfo& run, Say say, RunExtras extras = {});

    ~RunStore();
    RunStore(const RunStore&) = delete;
    RunStore& operator=(const RunStore&) = delete;

    Status started(std::size_t index, const std::string& target_id);

    // Returns the host as JSON, as it is stored.
    [[nodiscard]] std::string text_of(const HostResult& host) const;

    // Writes a host, which text_of() made JSON of.
    Status finished(std::size_t index, std::string_view json);

    Status finished(const HostResult& host) { return finished(host.index, text_of(host)); }

    // Writes run.json with the end time and the totals, and syncs everything.
    Status close(const RunInfo& run, const Totals& totals);

    [[nodiscard]] const std::string& folder() const noexcept { return folder_.path(); }

    // Returns where in hosts.jsonl the lines begin that this object wrote.
    [[nodiscard]] std::uint64_t begun_at() const noexcept { return begun_at_; }

private:
    static Result<std::unique_ptr<RunStore>>
    begin(StateFolder folder, const RunInfo& run, Say say, RunExtras extras);
    RunStore(StateFolder folder, Descriptor hosts, Say say, RunExtras extras);
    void cut_torn_line();
    Status append(std::string_view line);
    Status write_run(const RunInfo& run, const Totals* totals) const;
    void keep_syncing();

    StateFolder folder_;
    Descriptor hosts_; // hosts.jsonl
    Say say_;
    RunExtras extras_;
    std::uint64_t begun_at_ = 0;
    std::size_t length_ = 0; // bytes of whole lines; a torn one is cut off again
    std::atomic<bool> dirty_ = false;
    std::atomic<int> sync_error_ = 0; // errno of a sync that failed
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread syncer_;
};

// Reads a stored run, also one that was killed or is compressed: a torn last line is passed over.
// The last "finished" line of a host counts.
class StoredRun final : public HostReader {
public:
    // Opens a run. word: as of open_run() (find_run.hpp). Error{config, ...}: not_found when there
    // is none, access_denied when it is not ours alone (state_folder.hpp), unsupported when another
    // version stored it in another way.
    static Result<StoredRun> open(const std::string& state_dir, const std::string& word);

    [[nodiscard]] const RunInfo& run() const noexcept { return document_.run; }

    [[nodiscard]] const RunMarks& marks() const noexcept { return document_.marks; }

    // Returns the options that it was made with, as JSON; empty for a run whose version stored only
    // run().args.
    [[nodiscard]] const std::string& options() const noexcept { return document_.options; }

    Status for_each(const std::function<void(const HostResult&)>& visit) override;
    Status for_each_as_text(const VisitText& visit) override;

    // Does the same as for_each() with the hosts whose ids (uid_of) are wanted; of others no more
    // than the id is read.
    Status for_each_of(
        const std::function<bool(const std::string& id)>& wanted,
        const std::function<void(const HostResult&)>& visit
    );

    // Says that what stands from there on in hosts.jsonl (RunStore::begun_at) was written by this
    // program, so that for_each_as_text() hands it on as text.
    void is_ours_from(std::uint64_t offset) noexcept { ours_from_ = offset; }

    // Tells whether the run came to its end, interrupted or not: it was not killed.
    [[nodiscard]] bool ended() const noexcept { return document_.totals.has_value(); }

    // Tells whether every target came to its end.
    [[nodiscard]] bool complete() const noexcept { return document_.complete(); }

    // Returns how many records the last for_each() could not read; their hosts count as not
    // finished.
    [[nodiscard]] std::size_t damaged() const noexcept { return damaged_; }

private:
    // How the hosts are stored.
    enum class As : std::uint8_t { lines, packed };

    StoredRun(Descriptor hosts, As as, RunDocument document);
    bool index();
    // Takes a record, with its index and whether this program wrote it; tells whether it is whole.
    using VisitRecord = std::function<bool(std::string& line, std::size_t index, bool ours)>;
    Status for_each_record(const VisitRecord& visit);
    Status for_each_packed(const VisitRecord& visit);
    std::optional<HostResult> host_in(std::string& line, std::size_t index);

    Descriptor hosts_; // hosts.jsonl, or hosts.jsonl.gz
    As as_;
    RunDocument document_;
    std::size_t damaged_ = 0;
    std::uint64_t ours_from_ = std::numeric_limits<std::uint64_t>::max();
    std::vector<RecordPlace> lines_; // in the order of the inventory
};

} // namespace rdpsweep
