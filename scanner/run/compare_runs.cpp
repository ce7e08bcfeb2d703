// Reads the earlier run, then the later one.
#include "scanner/run/compare_runs.hpp"

#include "core/text.hpp"
#include "reports/changes/difference_builder.hpp"
#include "scanner/run/stored_older_runs.hpp"
#include "scanner/store/find_run.hpp"

namespace rdpsweep {

namespace {

Error nothing_to_compare(const std::string& what) {
    return Error(Phase::config, Errc::not_found, what)
        .with_hint("rdpsweep runs list shows them; name both: rdpsweep diff A B");
}

// Tells whether a run is whole and about targets that another run can be about.
bool can_be_compared(const RunDocument& document, const std::string& name) {
    return document.complete() && !document.marks.scope.empty() &&
           (name.empty() || document.marks.name == name);
}

} // namespace

Result<Difference> compare_runs(const std::string& state_dir, StoredRun& before, StoredRun& after) {
    const auto& marks = before.marks();
    const bool alike = !marks.scope.empty() && marks.scope == after.marks().scope;
    Terms terms;
    terms.may_join = alike && before.complete();
    terms.may_leave = alike && after.complete();
    DifferenceBuilder builder(before.run(), after.run(), std::move(terms), marks.rules);
    auto read = before.for_each([&](const HostResult& host) { builder.add_before(host); });
    if (!read) return std::move(read).error();
    if (before.damaged() > 0) builder.lost_some_before();
    read = after.for_each([&](const HostResult& host) { builder.add_after(host); });
    if (!read) return std::move(read).error();
    if (after.damaged() > 0) builder.lost_some_after();
    StoredOlderRuns older(state_dir, before.run().id);
    auto difference = std::move(builder).finish(older);
    if (!difference) return difference;
    difference->equal_scope = alike;
    difference->complete_before = before.complete() && before.damaged() == 0;
    difference->complete_after = after.complete() && after.damaged() == 0;
    return difference;
}

Result<StoredRun>
open_baseline(const std::string& state_dir, const std::string& word, const StoredRun& run) {
    const auto& id = run.run().id;
    const bool by_scope = word.empty() || word == newest;
    const bool called = word.starts_with(newest_called);
    if (!by_scope && !called) {
        auto found = StoredRun::open(state_dir, word);
        if (found || found.error().code() != Errc::not_found) return found;
    }
    const auto name = called ? word.substr(newest_called.size()) : word;
    const auto earlier =
        by_scope ? run_before(state_dir, id, run.marks()) : named_before(state_dir, id, name);
    if (!earlier) return earlier.error();
    if (*earlier) return StoredRun::open(state_dir, **earlier);
    return nothing_to_compare(
        by_scope
            ? "no complete run about the same targets is stored before run " +
                  printable(id, 80).str()
            : "no run begins with " + printable(word, 60).str() +
                  ", and no complete one before run " + printable(id, 80).str() + " has that name"
    );
}

Result<StoredRun> open_comparable(const std::string& state_dir, const std::string& word) {
    const bool named = word.starts_with(newest_called);
    if (!named && word != newest) return StoredRun::open(state_dir, word);
    const auto name = named ? word.substr(newest_called.size()) : std::string();
    if (named && name.empty()) return StoredRun::open(state_dir, word); // which says what is wrong
    const auto runs = open_runs(state_dir);
    if (!runs) return runs.error();
    const auto ids = run_ids(*runs);
    for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
        const auto folder = runs->folder(*id, IfMissing::fail);
        const auto document =
            folder ? read_run_document(*folder) : Result<RunDocument>(folder.error());
        if (document && can_be_compared(*document, name)) return StoredRun::open(state_dir, *id);
    }
    return nothing_to_compare(
        "no complete run is stored for " + printable(word, 80) +
        " that is about more than a part of its targets"
    );
}

} // namespace rdpsweep
