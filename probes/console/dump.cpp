// DUMP.READY: a crash would leave something to look at.
//
// The article's offline step 1 writes CrashDumpEnabled=1, a complete dump, which takes a page file
// and free disk larger than the memory. What Windows ships (automatic, before 2012 a kernel dump)
// is enough for a VM that is restarted by an NMI from the serial console. Hygiene: it never moves a
// host's verdict.
// Sample finding: at_risk, "A crash would leave no dump (CrashDumpEnabled=0)".
#include "probes/console/rules.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"DUMP.READY", Cause::none, "offline.1", Severity::low};
constexpr auto keys = with_shared("DUMP.READY.ok", "DUMP.READY.off", "DUMP.READY.absent");

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    constexpr auto pointer = "/crash/dump";
    if (auto lost = missing(traits, facts, facts.console, pointer)) return *lost;
    const auto& dump = facts.console->crash_dump;
    if (!dump) return unknown(traits, "absent").saw(pointer, "absent", "7");
    if (*dump == 0) return at_risk(traits, "off").saw(pointer, "0", "7");
    return ok(traits).saw(pointer, text(dump), "not 0");
}

} // namespace

Rule dump_ready_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
