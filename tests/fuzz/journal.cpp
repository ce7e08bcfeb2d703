// The journal of a plan, after a crash or a stranger's hand: what is read of it is appended to
// another one, and read again.
#include "scanner/fix/journal.hpp"

#include "tests/fuzz/target.hpp"
#include "tests/support/scratch.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace rdpsweep;

namespace {

const Scratch& place() {
    static const Scratch scratch;
    return scratch;
}

const JournalKey key{"plan", "digest"};

bool same(const JournalEntry& one, const JournalEntry& other) {
    return one.host == other.host && one.stage == other.stage && one.why == other.why &&
           one.changes == other.changes && one.snapshot == other.snapshot &&
           one.step == other.step && one.unsound == other.unsound && one.reached == other.reached;
}

// Of a long one only the beginning: each entry is synced.
void check_append(const std::vector<JournalEntry>& entries) {
    const auto state = place().path("again");
    std::filesystem::remove_all(state);
    const auto count = std::min<std::size_t>(entries.size(), 8);
    {
        auto journal = Journal::open(state, key);
        must(journal.has_value(), "a journal can be begun");
        for (std::size_t i = 0; i < count; ++i)
            must(bool(journal->append(entries[i])), "what was read can be appended");
    }
    const auto again = Journal::read(state, key);
    must(again && again->size() == count, "and is all that is read");
    for (std::size_t i = 0; i < count; ++i)
        must(same(entries[i], (*again)[i]), "entry by entry");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto folder = place().path("state") + "/plans/plan";
    std::filesystem::create_directories(folder);
    std::ofstream(folder + "/journal.jsonl", std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    const auto entries = Journal::read(place().path("state"), key);
    if (!entries) {
        const auto code = entries.error().code();
        must(
            code == Errc::local_limit || code == Errc::malformed_output,
            "its size is an error, or its damage"
        );
        return 0;
    }
    const auto records = records_of(*entries, 4);
    must(records.size() == 4, "a record for each host");
    for (const auto& record : records) {
        must(record.earlier <= record.backup.size(), "earlier changes are of the backup");
        must(!record.may_be_changed() || !record.backup.empty(), "what was changed has a backup");
    }
    check_append(*entries);
    return 0;
}
