// Asks for one visit at a time, by its key.
#include "scanner/history/past_looks.hpp"

#include "scanner/history/history.hpp"
#include "scanner/history/night.hpp"

#include <utility>

namespace rdpsweep {

std::optional<PastLooks> PastLooks::open(const std::string& state_dir) {
    auto database = History::open_to_read(state_dir);
    if (!database) return {};
    auto runs = known_runs(*database);
    auto ask = database->prepare("SELECT word.word = 'assessed' FROM visit"
                                 " JOIN word ON word.id = visit.outcome WHERE visit.run = ?1"
                                 " AND visit.host = (SELECT id FROM host WHERE uid = ?2)");
    auto any = database->prepare("SELECT EXISTS (SELECT 1 FROM visit WHERE run = ?1)");
    if (!runs || !ask || !any) return {};
    return PastLooks(*std::move(database), *std::move(any), *std::move(ask), *std::move(runs));
}

PastLooks::PastLooks(Database database, Statement any, Statement ask, KnownRuns runs)
    : database_(std::move(database)), any_(std::move(any)), ask_(std::move(ask)),
      runs_(std::move(runs)) {}

bool PastLooks::knows(const std::string& run, std::int64_t finished) {
    const auto known = runs_.find(run);
    if (known == runs_.end() || known->second.finished != finished) return false;
    const auto row = any_.bind(known->second.number).step();
    const bool has_hosts = row && *row && any_.number(0) != 0;
    any_.reset();
    return has_hosts;
}

std::optional<PastLooks::Look> PastLooks::of(const std::string& run, const std::string& uid) {
    const auto known = runs_.find(run);
    if (known == runs_.end()) return {};
    const auto kept = as_kept(uid);
    auto row = ask_.bind(known->second.number, kept).step();
    const auto look = !row || !*row         ? Look::not_there
                      : ask_.number(0) != 0 ? Look::assessed
                                            : Look::not_assessed;
    ask_.reset();
    if (!row) return {};
    return look;
}

} // namespace rdpsweep
