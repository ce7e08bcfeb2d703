// The journal of snapshots: a damaged line is told, what is read stays when it is written on, and
// no two names are one.
#include "core/text.hpp"
#include "scanner/store/snapshot_journal.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/scratch.hpp"

#include <filesystem>
#include <fstream>
#include <set>

using namespace rdpsweep;

namespace {

const Scratch& place() {
    static const Scratch scratch;
    return scratch;
}

std::set<std::string> ids_of(const std::vector<OpenSnapshot>& open) {
    std::set<std::string> ids;
    for (const auto& each : open)
        ids.insert(each.entry.id);
    must(ids.size() == open.size(), "each name once");
    return ids;
}

void check_journal(const std::string& text) {
    const auto state = place().path("state");
    const auto read = read_snapshot_lines(text);
    if (!read) {
        must(read.error().code() == Errc::malformed_output, "a damaged journal is told as one");
        return;
    }
    auto wanted = ids_of(*read);
    std::filesystem::create_directories(state);
    std::filesystem::permissions(state, std::filesystem::perms{0700});
    std::filesystem::remove(state + "/snapshots.jsonl");
    (void)place().file("state/snapshots.jsonl", text);
    AuditLog nowhere;
    const std::string run = "RUN", id = "/fuzz";
    SnapshotJournal journal(state);
    journal.begin(run, nowhere);
    if (!wanted.insert(id).second) return;
    must(bool(journal.open({id, run, "/vm", "cloud"})), "another one can be written down");
    const auto again = journal.left();
    must(again && ids_of(*again) == wanted, "with it, all that were there");
    must(bool(journal.close(id)), "and it goes");
    wanted.erase(id);
    must(ids_of(*journal.left()) == wanted, "alone");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    check_journal(text);
    check_journal(text + "\n");
    for (const auto& line : split(text, '\n'))
        check_journal(line + "\n");
    return 0;
}
