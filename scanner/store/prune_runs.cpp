// Decides for each run, and removes its files one by one.
#include "scanner/store/prune_runs.hpp"

#include "core/text.hpp"
#include "scanner/store/find_run.hpp"
#include "scanner/store/packed_records.hpp"
#include "scanner/store/plan_notes.hpp"
#include "scanner/store/run_document.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <iterator>
#include <sys/file.h>

namespace rdpsweep {

namespace {

// What rdpsweep puts into a run's folder; run.json goes first, and with it the run.
constexpr std::array<std::string_view, 4> ours{"run.json", records_name, packed_name, "plans"};

// Tells whether it is one of ours that was left half written (NewFile).
bool is_part(std::string_view name) {
    return std::any_of(ours.begin(), ours.end(), [name](std::string_view of) {
        return name.starts_with(of) && name.ends_with(".part") && name.size() == of.size() + 22;
    });
}

// Returns what is in the folder that is not ours; empty: nothing.
std::string stranger_in(const StateFolder& run) {
    for (auto& name : run.names()) {
        if (std::find(ours.begin(), ours.end(), name) == ours.end() && !is_part(name))
            return std::move(name);
    }
    return {};
}

void remove_run(const StateFolder& runs, const std::string& id, const StateFolder& run) {
    for (const auto name : ours)
        run.remove(std::string(name));
    for (const auto& name : run.names()) {
        if (is_part(name)) run.remove(name);
    }
    runs.remove_folder(id);
}

// Removes a run, or returns why it stays. dry: it is not removed.
std::string
take_away(const StateFolder& runs, const std::string& id, const StateFolder& run, bool dry) {
    auto hosts = run.file(records_name, O_RDONLY);
    if (!hosts) hosts = run.file(packed_name, O_RDONLY);
    // The lock is held until the files are gone.
    if (hosts && flock(hosts->get(), LOCK_EX | LOCK_NB) != 0) return "it is being written";
    if (auto stranger = stranger_in(run); !stranger.empty())
        return "its folder holds " + std::string(printable(stranger, 100)) + ", which is not ours";
    if (!dry) remove_run(runs, id, run);
    return {};
}

// Returns when a run began; nothing for one that cannot be read.
std::optional<std::int64_t> begun(const StateFolder& run, const std::string& id) {
    const auto document = read_run_document(run);
    if (!document || document->run.id != id) return {};
    return document->run.started;
}

} // namespace

Result<Pruned> prune_runs(const std::string& state_dir, const PruneRules& rules) {
    const auto state = StateFolder::open(state_dir, IfMissing::fail);
    const auto runs = open_runs(state_dir);
    if (!runs) return runs.error();
    if (!state) return state.error();
    Pruned pruned;
    auto ids = run_ids(*runs);
    ids.resize(ids.size() - std::min(ids.size(), rules.newest));
    for (const auto& id : ids) {
        const auto run = runs->folder(id, IfMissing::fail);
        const auto when = run ? begun(*run, id) : std::nullopt;
        if (!when) {
            pruned.stays.emplace_back(id, "it cannot be read, or is not ours");
            continue;
        }
        if (*when >= rules.before) continue;
        auto plan = plan_of(*state, *run, rules.now);
        auto why = plan.empty() ? take_away(*runs, id, *run, rules.dry)
                                : std::string(printable(plan, 100)) + " was made from it";
        if (why.empty())
            pruned.gone.push_back(id);
        else
            pruned.stays.emplace_back(id, std::move(why));
    }
    return pruned;
}

std::size_t pack_before(const std::string& state_dir, const std::string& id, std::size_t most) {
    const auto runs = open_runs(state_dir);
    if (!runs) return 0;
    const auto ids = run_ids(*runs);
    const auto end = std::lower_bound(ids.begin(), ids.end(), id);
    std::size_t packed = 0;
    for (auto at = std::make_reverse_iterator(end); at != ids.rend() && packed < most; ++at) {
        const auto run = runs->folder(*at, IfMissing::fail);
        if (!run || !run->file(records_name, O_RDONLY)) continue;
        const auto document = read_run_document(*run);
        if (document && document->totals && pack_records(*run)) ++packed;
    }
    return packed;
}

} // namespace rdpsweep
