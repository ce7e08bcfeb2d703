// Fix ems: the serial console works from the next start on, for the day RDP does not.
//
// The article's offline step 1, without its boot menu, timeout and bootems, which today's guidance
// dropped; and by the names of elements, where the article leaves out which loader is meant.
#include "probes/fix/fixes.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr std::array<std::string_view, 1> rules{"EMS.READY"};
constexpr std::array<std::string_view, 3> declared{
    R"(boot:{default}\ems)", R"(boot:{emssettings}\emsport)", R"(boot:{emssettings}\emsbaudrate)"};
constexpr std::uint32_t azure_port = 1, azure_baud = 115'200; // COM1 of Azure's serial console

void set_number(
    std::vector<Change>& changes, const char* name, const Dword& now, std::uint32_t wanted
) {
    if (now == wanted) return;
    changes.push_back(
        {Change::Kind::boot,
         "{emssettings}",
         name,
         now ? "boot:" + std::to_string(*now) : state::absent,
         "boot:" + std::to_string(wanted)}
    );
}

Prepared prepare_ems(const Facts& facts, const Finding&, const FixChoices&) {
    if (!facts.console) return Refusal{"fix.refused.unread", {{"fact", "/ems"}}};
    for (const auto* pointer : {"/ems/ems", "/ems/port", "/ems/baud"}) {
        if (facts.why_unread(pointer) != nullptr)
            return Refusal{"fix.refused.unread", {{"fact", pointer}}};
    }
    const auto& now = *facts.console;
    std::vector<Change> changes;
    if (!now.ems.value_or(false))
        changes.push_back(
            {Change::Kind::boot,
             "{default}",
             "ems",
             now.ems ? "boot:off" : state::absent,
             "boot:on"}
        );
    set_number(changes, "emsport", now.port, azure_port);
    set_number(changes, "emsbaudrate", now.baud, azure_baud);
    return changes;
}

} // namespace

Fix ems_fix() noexcept {
    return {
        .id = "ems",
        .rules = rules,
        .risk = Risk::medium,
        .restart = Restart::none,
        .cures_rdp = false,
        .declared = declared,
        .prepare = prepare_ems};
}

} // namespace rdpsweep
