// Fix dump: a crash leaves the dump that Windows ships with, where none was to be made.
//
// Not the article's complete dump (CrashDumpEnabled=1): it takes a page file and free disk larger
// than the memory, and fills a disk that has less.
#include "probes/fix/fixes.hpp"
#include "probes/fix/values.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr std::array<std::string_view, 1> rules{"DUMP.READY"};
constexpr std::array<std::string_view, 1> declared{
    R"(registry:HKLM\SYSTEM\CurrentControlSet\Control\CrashControl\CrashDumpEnabled)"};

Prepared prepare_dump(const Facts& facts, const Finding& finding, const FixChoices&) {
    if (finding.summary.key != "DUMP.READY.off") return Refusal{"fix.refused.other_case", {}};
    const auto number = build_of(facts);
    if (!facts.console || !number) return Refusal{"fix.refused.unread", {{"fact", "/crash/dump"}}};
    constexpr std::uint32_t kernel = 2, automatic = 7; // CrashControl, as shipped
    std::vector<Change> changes;
    set_dword(
        changes,
        {R"(SYSTEM\CurrentControlSet\Control\CrashControl)", "CrashDumpEnabled"},
        facts.console->crash_dump,
        *number < build::server_2012 ? kernel : automatic
    );
    return changes;
}

} // namespace

Fix dump_fix() noexcept {
    return {
        .id = "dump",
        .rules = rules,
        .risk = Risk::low,
        .restart = Restart::none,
        .cures_rdp = false,
        .declared = declared,
        .prepare = prepare_dump};
}

} // namespace rdpsweep
