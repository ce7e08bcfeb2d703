// Puts what is known of a disk as a whole into sentences.
#include "probes/reading/disk_notes.hpp"

#include "core/foreign_text.hpp"
#include "core/text.hpp"
#include "probes/reading/disk_view.hpp"

namespace rdpsweep {

namespace {

// Says since when the VM is down: it was shut down cleanly where nothing is newer than that.
Message down_since(const Facts& facts) {
    // Windows writes its last records and this value within a minute of each other.
    constexpr std::int64_t together = 60;
    const auto alive = last_alive(facts);
    if (!alive) return {"note.disk", {}};
    const auto stopped = facts.disk ? facts.disk->stopped : std::nullopt;
    const bool cleanly = stopped && *alive - *stopped <= together;
    Message note{cleanly ? "note.disk_stopped" : "note.disk_alive", {}};
    note.arguments["since"] = to_iso8601(cleanly ? *stopped : *alive);
    return note;
}

std::string untrusted_hives(const DiskFacts& disk) {
    std::string names;
    for (const HiveFacts& hive : disk.hives) {
        if (hive.state != HiveState::untrusted) continue;
        names += (names.empty() ? "" : ", ") + foreign_text(hive.name, 20);
    }
    return names;
}

} // namespace

std::vector<Message> disk_notes(const Facts& facts) {
    if (!read_from_disk(facts)) return {};
    std::vector<Message> notes{down_since(facts)};
    if (!facts.disk) return notes;
    const DiskFacts& disk = *facts.disk;
    if (auto names = untrusted_hives(disk); !names.empty())
        notes.push_back({"note.disk_hive", {{"hives", std::move(names)}}});
    if (disk.volume == VolumeState::dirty) notes.push_back({"note.disk_dirty", {}});
    if (disk.volume == VolumeState::untrusted) notes.push_back({"note.disk_damaged", {}});
    if (disk.hibernated) notes.push_back({"note.disk_hibernated", {}});
    if (disk.windows.size() > 1)
        notes.push_back(
            {"note.disk_windows", {{"windows", foreign_text(join(disk.windows, ", "), 200)}}}
        );
    return notes;
}

} // namespace rdpsweep
