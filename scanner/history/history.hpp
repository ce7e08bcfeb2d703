// The history: <state>/history.db, an index over the stored runs. What it says can be derived from
// them again, so it is believed as little as any file, and no scan fails for it.
#pragma once

#include "core/descriptor.hpp"
#include "scanner/history/database.hpp"
#include "scanner/history/night.hpp"
#include "scanner/store/run_document.hpp"

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace rdpsweep {

// What an import did.
struct Imported {
    std::size_t written = 0;   // runs, one after the other
    std::size_t late = 0;      // runs older than one that is in the history alone: left out
    std::size_t left = 0;      // runs that are still to be imported
    std::vector<Error> unread; // runs that could not be read, and are left out
};

class History {
public:
    // Opens it to write: one process at a time. Makes it where there is none. Error{config, ...}:
    // taken while another process writes it, malformed_output where it is damaged.
    static Result<History> open_to_write(const std::string& state_dir);

    // Opens it to read. Error{config, not_found} where there is none.
    static Result<Database> open_to_read(const std::string& state_dir);

    // Brings it up to date with the stored runs that came to their end: writes those that it lacks,
    // and those that were gone on with, in the order of their ids, with all behind them; at most
    // so many. Each run is one transaction.
    Result<Imported> import(std::size_t most = std::numeric_limits<std::size_t>::max());

    // Says what the run of this id is, so that import() does not read it from the disk. Both must
    // stand until the import.
    void knows(const RunDocument& run, Night& night);

    // Writes all stored runs anew. Runs that are not stored any more stay, and with them those
    // before them. A file that is damaged is kept as history.db.damaged.
    static Result<Imported> rebuild(const std::string& state_dir);

    // As of thin_out().
    Result<std::int64_t> prune(std::int64_t before);

    [[nodiscard]] Database& database() noexcept { return database_; }

private:
    History(std::string state_dir, Descriptor lock, Database database);

    Status write(const std::string& id, const RunDocument& run, Imported& imported);

    std::string state_dir_;
    Descriptor lock_;
    Database database_;
    const RunDocument* run_ = nullptr;
    Night* night_ = nullptr;
};

} // namespace rdpsweep
