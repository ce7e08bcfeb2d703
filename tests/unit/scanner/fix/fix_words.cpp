// Actions in words, so that a table of them can be read.
#include "tests/unit/scanner/fix/fix_scene.hpp"

namespace rdpsweep::test {

namespace {

std::string words_of_entry(const JournalEntry& entry) {
    auto words = "write " + std::string(to_string(entry.stage));
    if (!entry.why.empty()) words += ": " + entry.why;
    if (!entry.changes.empty()) words += ", " + std::to_string(entry.changes.size()) + " changes";
    if (entry.restart) words += ", before a restart";
    if (!entry.snapshot.empty()) words += ", copy " + entry.snapshot;
    return words;
}

std::string words_of_change(const fix_action::RunChange& change) {
    std::string words = "undo";
    if (change.mode == ChangeMode::read) words = "read";
    if (change.mode == ChangeMode::apply) words = "apply";
    return change.restart ? words + " and restart" : words;
}

} // namespace

std::string words_of(const FixAction& action) {
    if (const auto* asked = std::get_if<fix_action::WriteDown>(&action))
        return words_of_entry(asked->entry);
    if (const auto* asked = std::get_if<fix_action::RunChange>(&action))
        return words_of_change(*asked);
    if (const auto* asked = std::get_if<fix_action::AskOutside>(&action))
        return "ask outside " + std::to_string(asked->port);
    if (std::holds_alternative<fix_action::TakeLock>(action)) return "lock";
    if (std::holds_alternative<fix_action::Look>(action)) return "look";
    if (std::holds_alternative<fix_action::AskGuard>(action)) return "ask guard";
    if (std::holds_alternative<fix_action::CopyDisk>(action)) return "copy disk";
    if (std::holds_alternative<fix_action::Soak>(action)) return "soak";
    const auto& status = std::get<fix_action::Finish>(action).status;
    return status ? "finish" : "finish: " + std::string(status.error().detail());
}

} // namespace rdpsweep::test
