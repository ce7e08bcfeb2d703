// Looks through the folder of runs, the newest first.
#include "scanner/store/find_run.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

namespace rdpsweep {

namespace {

Error no_run(const std::string& what, const std::string& runs) {
    return Error(Phase::config, Errc::not_found, what)
        .with_hint("runs are kept in " + runs + "; `last` names the newest");
}

// Returns what run.json says of a run; nothing where it cannot be read.
std::optional<RunDocument> document_of(const StateFolder& runs, const std::string& id) {
    const auto folder = runs.folder(id, IfMissing::fail);
    if (!folder) return {};
    auto document = read_run_document(*folder);
    if (!document) return {};
    return *std::move(document);
}

Result<std::string>
newest_of(const StateFolder& runs, const std::vector<std::string>& ids, const std::string& name) {
    for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
        const auto document = document_of(runs, *id);
        if (document && !name.empty() && document->marks.name == name) return *id;
    }
    return no_run("no run has the name \"" + printable(name, 60) + "\"", runs.path());
}

Result<std::string> resolve_id(const StateFolder& runs, const std::string& word) {
    const auto ids = run_ids(runs);
    if (ids.empty()) return no_run("no run is stored", runs.path());
    if (word == newest) return ids.back();
    if (word.starts_with(newest_called))
        return newest_of(runs, ids, word.substr(newest_called.size()));
    std::vector<std::string> matches;
    for (const auto& candidate : ids) {
        if (candidate == word) return candidate;
        if (candidate.starts_with(word)) matches.push_back(candidate);
    }
    if (matches.size() == 1) return matches.front();
    return no_run(
        matches.empty() ? "no run begins with " + printable(word, 60)
                        : "several runs begin with " + printable(word, 60),
        runs.path()
    );
}

} // namespace

Result<StateFolder> open_runs(const std::string& state_dir) {
    const auto none = [&state_dir](const Error& error) {
        const bool missing = error.code() == Errc::not_found && !state_dir.empty();
        return missing ? no_run("no run is stored", state_dir + "/runs") : error;
    };
    const auto state = StateFolder::open(state_dir, IfMissing::fail);
    if (!state) return none(state.error());
    auto runs = state->folder("runs", IfMissing::fail);
    if (!runs) return none(runs.error());
    return runs;
}

std::vector<std::string> run_ids(const StateFolder& runs) {
    auto ids = runs.folders_with("run.json");
    std::sort(ids.begin(), ids.end());
    return ids;
}

namespace {

// Returns the id of the newest complete run before this one that fits.
Result<std::optional<std::string>> newest_before(
    const std::string& state_dir,
    const std::string& id,
    const std::function<bool(const RunMarks&)>& fits
) {
    const auto runs = open_runs(state_dir);
    if (!runs) return runs.error();
    const auto ids = run_ids(*runs);
    const auto this_one = std::lower_bound(ids.begin(), ids.end(), id);
    for (auto at = std::make_reverse_iterator(this_one); at != ids.rend(); ++at) {
        const auto document = document_of(*runs, *at);
        if (document && document->complete() && fits(document->marks))
            return std::optional<std::string>(*at);
    }
    return std::optional<std::string>();
}

} // namespace

Result<StateFolder> open_run(const std::string& state_dir, const std::string& word) {
    const auto runs = open_runs(state_dir);
    if (!runs) return runs.error();
    const auto id = resolve_id(*runs, word);
    if (!id) return id.error();
    return runs->folder(*id, IfMissing::fail);
}

Result<std::optional<std::string>>
run_before(const std::string& state_dir, const std::string& id, const RunMarks& marks) {
    if (marks.scope.empty()) return std::optional<std::string>();
    const auto same_scope = [&marks](const RunMarks& other) { return other.scope == marks.scope; };
    if (!marks.name.empty()) {
        auto found = newest_before(state_dir, id, [&](const RunMarks& other) {
            return same_scope(other) && other.name == marks.name;
        });
        if (!found || *found) return found;
    }
    return newest_before(state_dir, id, same_scope);
}

Result<std::optional<std::string>>
named_before(const std::string& state_dir, const std::string& id, const std::string& name) {
    if (name.empty()) return std::optional<std::string>();
    return newest_before(state_dir, id, [&name](const RunMarks& other) {
        return other.name == name;
    });
}

} // namespace rdpsweep
