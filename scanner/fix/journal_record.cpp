// Puts together what the entries of a journal say about each host.
#include "scanner/fix/journal.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rdpsweep {

namespace {

constexpr std::array<std::pair<FixStage, std::string_view>, 11> stages{
    {{FixStage::planned, "planned"},
     {FixStage::backed_up, "backed_up"},
     {FixStage::applying, "applying"},
     {FixStage::applied, "applied"},
     {FixStage::rolling_back, "rolling_back"},
     {FixStage::skipped, "skipped"},
     {FixStage::failed, "failed"},
     {FixStage::unreachable, "unreachable"},
     {FixStage::verified, "verified"},
     {FixStage::rolled_back, "rolled_back"},
     {FixStage::rollback_failed, "rollback_failed"}}};

// Takes a step's states before. A step may be told of again, where nothing had been written: what
// was found last counts.
void back_up(HostRecord& record, const JournalEntry& entry) {
    if (entry.step <= record.step) record.backup.resize(record.earlier);
    record.earlier = record.backup.size();
    record.step = entry.step;
    record.backup.insert(record.backup.end(), entry.changes.begin(), entry.changes.end());
    if (!entry.snapshot.empty()) record.snapshot = entry.snapshot;
    if (entry.unsound) record.unsound = entry.unsound;
    record.sent = std::min(record.sent, entry.step);
    if (entry.step != 0) return;
    record.reached = entry.reached;
    record.worked = entry.worked;
    record.restarted = false;
}

// Takes whether the cloud's network is open for the host. Older versions told only what was made.
void take_gate(HostRecord& record, const JournalEntry& entry) {
    if (entry.stage == FixStage::applying) record.gated = record.gated || entry.gate;
    if (entry.stage == FixStage::applied) {
        const bool told = entry.why.starts_with(opened_words);
        record.gated = entry.gate || told;
        if (told) record.opened = entry.why.substr(opened_words.size());
    }
    const bool closed = entry.stage == FixStage::rolled_back || entry.stage == FixStage::skipped;
    if (closed) record.gated = false;
}

void take(HostRecord& record, const JournalEntry& entry) {
    record.stage = entry.stage;
    record.why = entry.why;
    record.undoing = record.undoing || entry.stage == FixStage::rolling_back;
    record.restarted = record.restarted || entry.restart;
    record.drifted = entry.drifted;
    if (entry.stage == FixStage::applying) record.sent = record.step + 1;
    if (entry.stage == FixStage::backed_up) back_up(record, entry);
    take_gate(record, entry);
}

} // namespace

std::string_view to_string(FixStage stage) noexcept {
    for (const auto& [known, name] : stages) {
        if (known == stage) return name;
    }
    return "planned";
}

std::optional<FixStage> stage_of(std::string_view name) noexcept {
    for (const auto& [stage, known] : stages) {
        if (known == name) return stage;
    }
    return {};
}

bool is_end(FixStage stage) noexcept {
    return stage >= FixStage::skipped && stage != FixStage::unreachable;
}

std::vector<HostRecord> records_of(const std::vector<JournalEntry>& entries, std::size_t count) {
    std::vector<HostRecord> records(count);
    for (const auto& entry : entries) {
        if (entry.host < count) take(records[entry.host], entry);
    }
    return records;
}

bool HostRecord::may_be_changed() const noexcept {
    if (stage == FixStage::rolled_back || stage == FixStage::skipped) return false;
    if (gated) return true;
    if (backup.empty()) return false;
    return stage != FixStage::backed_up || earlier > 0;
}

} // namespace rdpsweep
