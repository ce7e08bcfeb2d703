// Compares the runs of the history with those that are stored.
#include "scanner/history/known_runs.hpp"

#include "scanner/store/find_run.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rdpsweep {

Result<KnownRuns> known_runs(const Database& database) {
    auto ask = database.prepare("SELECT uid, id, finished, name FROM run");
    if (!ask) return std::move(ask).error();
    KnownRuns known;
    auto row = ask->step();
    while (row && *row) {
        known[ask->text(0)] = {ask->number(1), ask->number(2), ask->text(3)};
        row = ask->step();
    }
    if (!row) return std::move(row).error();
    return known;
}

std::vector<StoredOne> stored_runs(const std::string& state_dir, std::vector<Error>& unread) {
    std::vector<StoredOne> stored;
    const auto runs = open_runs(state_dir);
    if (!runs) return stored;
    for (const auto& id : run_ids(*runs)) {
        const auto folder = runs->folder(id, IfMissing::fail);
        auto document = folder ? read_run_document(*folder) : Result<RunDocument>(folder.error());
        if (!document)
            unread.push_back(std::move(document).error());
        else if (document->totals && document->run.id == id)
            stored.push_back({id, *std::move(document)});
    }
    return stored;
}

std::size_t
first_to_write(const std::vector<StoredOne>& stored, const KnownRuns& known, std::size_t at) {
    for (; at < stored.size(); ++at) {
        const auto in_history = known.find(stored[at].id);
        if (in_history == known.end()) break;
        if (in_history->second.finished != stored[at].document.run.finished) break;
    }
    return at;
}

Status
rename_runs(Database& database, const std::vector<StoredOne>& stored, const KnownRuns& known) {
    auto change = database.prepare("UPDATE run SET name = ?1 WHERE id = ?2");
    if (!change) return std::move(change).error();
    for (const auto& run : stored) {
        const auto in_history = known.find(run.id);
        const auto& name = run.document.marks.name;
        if (in_history == known.end() || in_history->second.name == name) continue;
        auto done = change->bind(name, in_history->second.number).run();
        if (!done) return done;
    }
    return {};
}

std::string newest_pruned(const KnownRuns& known, const std::vector<StoredOne>& stored) {
    const auto is_stored = [&stored](const std::string& id) {
        return std::any_of(stored.begin(), stored.end(), [&id](const StoredOne& run) {
            return run.id == id;
        });
    };
    for (auto at = known.rbegin(); at != known.rend(); ++at) {
        if (!is_stored(at->first)) return at->first;
    }
    return {};
}

std::int64_t last_before(const KnownRuns& known, const std::string& id) {
    const auto at = known.lower_bound(id);
    return at == known.begin() ? 0 : std::prev(at)->second.number;
}

} // namespace rdpsweep
