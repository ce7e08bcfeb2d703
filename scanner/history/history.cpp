// Opens the history, and finds out which runs it lacks.
#include "scanner/history/history.hpp"

#include "core/text.hpp"
#include "scanner/history/forget.hpp"
#include "scanner/history/known_runs.hpp"
#include "scanner/history/schema.hpp"
#include "scanner/history/write_night.hpp"
#include "scanner/store/run_store.hpp"
#include "scanner/store/state_folder.hpp"

#include <array>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace rdpsweep {

namespace {

constexpr auto file_name = "history.db";

// Returns the path of a file that was opened, as SQLite wants it: without links. The folder has
// been looked at by its descriptor, and nobody else can put a link into it.
std::string path_without_links(const Descriptor& file, const std::string& known_as) {
    const auto link = "/proc/self/fd/" + std::to_string(file.get());
    std::array<char, 4096> path{};
    const auto length = readlink(link.c_str(), path.data(), path.size());
    return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length)) : known_as;
}

Result<Database> open_file(const StateFolder& state, Database::Mode mode) {
    const bool writes = mode == Database::Mode::write;
    const auto file = state.file(file_name, writes ? O_RDWR | O_CREAT : O_RDONLY);
    if (!file) return file.error();
    // What SQLite puts beside it gets the mode of the file itself. Our descriptor is closed before
    // SQLite has locked anything: closing it later would let go of its locks (fcntl(2)).
    return Database::open(path_without_links(*file, state.path_of(file_name)), mode);
}

} // namespace

History::History(std::string state_dir, Descriptor lock, Database database)
    : state_dir_(std::move(state_dir)), lock_(std::move(lock)), database_(std::move(database)) {}

Result<History> History::open_to_write(const std::string& state_dir) {
    const auto state = StateFolder::open(state_dir, IfMissing::make);
    if (!state) return state.error();
    auto lock = state->file("history.lock", O_RDWR | O_CREAT);
    if (!lock) return std::move(lock).error();
    if (flock(lock->get(), LOCK_EX | LOCK_NB) != 0) {
        return Error(Phase::config, Errc::taken, "the history is being written by another rdpsweep")
            .with_hint("later: rdpsweep history import; the next scan does so too");
    }
    auto database = open_file(*state, Database::Mode::write);
    if (!database) return std::move(database).error();
    auto ready = database->run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    if (ready) ready = migrate(*database);
    if (!ready) return std::move(ready).error();
    return History(state_dir, *std::move(lock), *std::move(database));
}

Result<Database> History::open_to_read(const std::string& state_dir) {
    const auto state = StateFolder::open(state_dir, IfMissing::fail);
    if (!state) return state.error();
    auto database = open_file(*state, Database::Mode::read);
    if (!database && database.error().code() == Errc::not_found) {
        return Error(
                   Phase::config, Errc::not_found, "there is no history in " + printable(state_dir)
        )
            .with_hint(
                "a scan with --name writes it; of the runs that are stored: rdpsweep history import"
            );
    }
    if (!database) return database;
    auto known = check_version(*database);
    if (!known) return std::move(known).error();
    return database;
}

void History::knows(const RunDocument& run, Night& night) {
    run_ = &run;
    night_ = &night;
}

Status History::write(const std::string& id, const RunDocument& run, Imported& imported) {
    if (run_ != nullptr && run_->run.id == id) {
        night_->settle();
        return write_night(database_, *run_, *night_);
    }
    Night night;
    auto stored = StoredRun::open(state_dir_, id);
    auto read = stored ? stored->for_each([&night](const HostResult& host) { night.add(host); })
                       : Status(stored.error());
    // Of a run that is damaged the totals are known, and the others must not wait for it.
    if (!read) {
        imported.unread.push_back(std::move(read).error());
        night = {};
    }
    night.settle();
    return write_night(database_, run, night);
}

Result<Imported> History::import(std::size_t most) {
    Imported imported;
    const auto known = known_runs(database_);
    if (!known) return known.error();
    const auto stored = stored_runs(state_dir_, imported.unread);
    auto renamed = rename_runs(database_, stored, *known);
    if (!renamed) return std::move(renamed).error();
    auto at = first_to_write(stored, *known, 0);
    // Behind a run that cannot be written again nothing can be put before it.
    const auto pruned = newest_pruned(*known, stored);
    while (at < stored.size() && stored[at].id < pruned) {
        at = first_to_write(stored, *known, at + 1);
        ++imported.late;
    }
    if (at == stored.size()) return imported;
    const auto last = last_before(*known, stored[at].id);
    if (!known->empty() && known->rbegin()->second.number > last) {
        auto forgotten = forget_after(database_, last);
        if (!forgotten) return std::move(forgotten).error();
    }
    for (; at < stored.size() && most > 0; ++at, --most) {
        auto written = write(stored[at].id, stored[at].document, imported);
        if (!written) return std::move(written).error();
        ++imported.written;
    }
    imported.left = stored.size() - at;
    auto short_log = database_.run("PRAGMA wal_checkpoint(TRUNCATE)");
    if (!short_log) return std::move(short_log).error();
    return imported;
}

Result<Imported> History::rebuild(const std::string& state_dir) {
    auto history = open_to_write(state_dir);
    if (!history && history.error().code() == Errc::malformed_output) {
        const auto state = StateFolder::open(state_dir, IfMissing::fail);
        if (!state) return state.error();
        for (const auto* beside : {"history.db-wal", "history.db-shm"})
            state->remove(beside);
        auto moved = state->rename(file_name, "history.db.damaged");
        if (!moved) return std::move(moved).error();
        history = open_to_write(state_dir);
    }
    if (!history) return std::move(history).error();
    std::vector<Error> unread;
    const auto known = known_runs(history->database_);
    if (!known) return known.error();
    const auto pruned = newest_pruned(*known, stored_runs(state_dir, unread));
    const auto last = pruned.empty() ? 0 : known->at(pruned).number;
    auto forgotten = forget_after(history->database_, last);
    if (!forgotten) return std::move(forgotten).error();
    auto imported = history->import();
    if (!imported) return imported;
    auto packed = history->database_.run("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    if (!packed) return std::move(packed).error();
    return imported;
}

Result<std::int64_t> History::prune(std::int64_t before) {
    auto thinned = thin_out(database_, before);
    if (!thinned) return thinned;
    auto packed = database_.run("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    if (!packed) return std::move(packed).error();
    return thinned;
}

} // namespace rdpsweep
