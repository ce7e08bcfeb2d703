// EMS.READY: the serial console would work.
//
// Article, offline step 1, enables EMS after the fact, on a detached disk. Only /ems and
// /emssettings (port 1, 115200 baud) are needed today; the boot menu, its timeout and bootems of
// the article were dropped. Hygiene: it never moves a host's verdict.
// Sample finding: at_risk, "The serial console is off (EMS)".
#include "probes/console/rules.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"EMS.READY", Cause::none, "offline.1", Severity::low};
constexpr auto keys = with_shared("EMS.READY.ok", "EMS.READY.off", "EMS.READY.settings");
constexpr std::uint32_t azure_port = 1;      // COM1
constexpr std::uint32_t azure_baud = 115200; // Azure's serial console

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(traits, facts, facts.console, "/ems/ems")) return *lost;
    const ConsoleFacts& console = *facts.console;
    if (!console.ems.value_or(false))
        return at_risk(traits, "off").saw("/ems/ems", console.ems ? "false" : "absent", "true");
    if (console.port == azure_port && console.baud == azure_baud) return ok(traits);
    for (const auto* pointer : {"/ems/port", "/ems/baud"}) {
        if (facts.why_unread(pointer) != nullptr) return unread(traits, facts, pointer);
    }
    return at_risk(traits, "settings")
        .with("port", text(console.port))
        .with("baud", text(console.baud))
        .saw("/ems/port", text(console.port), "1")
        .saw("/ems/baud", text(console.baud), "115200");
}

} // namespace

Rule console_ready_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
