// Goes back run by run.
#include "scanner/run/stored_older_runs.hpp"

#include "core/same_host.hpp"
#include "scanner/history/past_looks.hpp"
#include "scanner/store/find_run.hpp"
#include "scanner/store/run_store.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rdpsweep {

namespace {

constexpr std::size_t most_runs = 30;

using VisitLook = std::function<void(const OlderLook&)>;
using Wanted = std::unordered_map<std::string, OlderLook>;

// Takes what one run has of the hosts that are wanted, and forgets those that are found.
void search(StoredRun& run, Wanted& wanted, const VisitLook& visit) {
    const auto is_wanted = [&wanted](const std::string& id) { return wanted.contains(id); };
    const auto take = [&](const HostResult& host) {
        const auto at = wanted.find(uid_of(host));
        if (at == wanted.end()) return;
        auto& look = at->second;
        if (host.outcome != Outcome::assessed) {
            look.since = run.run().id;
            return;
        }
        look.assessed = host;
        look.run = run.run().id;
        look.rules = run.marks().rules;
        visit(look);
        wanted.erase(at);
    };
    // What was read of a run that is damaged holds all the same.
    static_cast<void>(run.for_each_of(is_wanted, take));
}

// Asks the history about a run: true when no host that is wanted was assessed in it. What it says
// of the others is noted. False where the run has to be read.
bool assessed_none(
    PastLooks& history, const StateFolder& runs, const std::string& run, Wanted& wanted
) {
    const auto folder = runs.folder(run, IfMissing::fail);
    const auto document = folder ? read_run_document(*folder) : Result<RunDocument>(folder.error());
    if (!document || !history.knows(run, document->run.finished)) return false;
    std::vector<OlderLook*> silent;
    for (auto& [id, look] : wanted) {
        const auto said = history.of(run, id);
        if (!said || *said == PastLooks::Look::assessed) return false;
        if (*said == PastLooks::Look::not_assessed) silent.push_back(&look);
    }
    for (auto* look : silent)
        look->since = run;
    return true;
}

} // namespace

Status StoredOlderRuns::look(const std::vector<std::string>& ids, const VisitLook& visit) {
    Wanted wanted;
    for (const auto& id : ids)
        wanted[id].id = id;
    const auto runs = open_runs(state_dir_);
    if (!runs) return runs.error();
    const auto known = run_ids(*runs);
    const auto this_one = std::lower_bound(known.begin(), known.end(), run_);
    auto history = PastLooks::open(state_dir_);
    std::size_t left = most_runs;
    for (auto at = std::make_reverse_iterator(this_one); at != known.rend() && left > 0; ++at) {
        if (wanted.empty()) return {};
        if (history && assessed_none(*history, *runs, *at, wanted)) continue;
        auto run = StoredRun::open(state_dir_, *at);
        if (!run) continue;
        search(*run, wanted, visit);
        --left;
    }
    for (const auto& [id, look] : wanted)
        visit(look);
    return {};
}

} // namespace rdpsweep
