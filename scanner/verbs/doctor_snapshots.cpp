// doctor: snapshots of disks that a killed run may have left in Azure. Azure is not asked.
#include "scanner/run/snapshot_leftovers.hpp"
#include "scanner/store/snapshot_journal.hpp"
#include "scanner/verbs/doctor_checks.hpp"

#include <algorithm>
#include <ctime>
#include <string>

namespace rdpsweep {

namespace {

using Level = Diagnosis::Level;

constexpr auto of_snapshots = "snapshots";

// Returns "3m", "2h", "5d": how long ago something was.
std::string age_of(std::int64_t at, std::int64_t now) {
    const auto seconds = std::max<std::int64_t>(0, now - at);
    if (seconds < 60) return std::to_string(seconds) + "s";
    if (seconds < 3600) return std::to_string(seconds / 60) + "m";
    if (seconds < 2 * 86400) return std::to_string(seconds / 3600) + "h";
    return std::to_string(seconds / 86400) + "d";
}

} // namespace

void check_snapshots(const std::string& state_dir, Diagnoses& out) {
    const auto left = SnapshotJournal(state_dir).left();
    if (!left) {
        const auto& error = left.error();
        // That the folder is not fit was said already.
        if (error.code() != Errc::malformed_output && error.code() != Errc::output_limit) return;
        out.push_back(
            {Level::fail, of_snapshots, std::string(error.detail()), std::string(error.hint())}
        );
        return;
    }
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    std::size_t in_use = 0;
    for (const auto& open : *left) {
        const auto& entry = open.entry;
        if (run_lives(state_dir, entry.run)) {
            ++in_use;
            continue;
        }
        const auto name = entry.id.substr(entry.id.rfind('/') + 1);
        out.push_back(
            {Level::warn,
             of_snapshots,
             name + " was asked for " + age_of(open.at, now) + " ago, by the run " + entry.run +
                 ", which was killed: it may still be there, and costs money",
             "a scan with --disk-snapshots removes it, or: " + removal_command(entry.id)}
        );
    }
    if (left->size() != in_use) return;
    const auto what = in_use == 0 ? std::string("none of ours is left in Azure")
                                  : std::to_string(in_use) + " in use by a run that goes on";
    out.push_back({Level::ok, of_snapshots, what, ""});
}

} // namespace rdpsweep
