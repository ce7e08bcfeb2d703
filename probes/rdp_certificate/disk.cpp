// DISK.FULL: the system drive has room for a new key, a certificate and the logs.
//
// Not in the article. On a full drive Windows can write neither a key file nor the registry, so
// that an expired certificate stays, logs end and no profile is made for whoever logs on. How much
// is needed is not documented: both bounds are our choice, and little room alone is never broken.
// It is where a certificate could not be made (1057, 1058) and RDP fails.
// Sample finding: broken, "The system drive has 0 MiB left, and Windows could not make ...".
#include "probes/rdp_certificate/rules.hpp"
#include "probes/reading/event_log.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"DISK.FULL", Cause::rdp_certificate, "", Severity::critical};
constexpr auto keys =
    with_shared("DISK.FULL.ok", "DISK.FULL.little", "DISK.FULL.nearly", "DISK.FULL.no_certificate");

constexpr std::uint32_t scarce = 100, exhausted = 10; // MiB

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(traits, facts, facts.os, "/os/disk_free_mb"))
        return lower(*lost, Severity::low);
    const Dword left = facts.os->disk_free_mb;
    if (!left) return ok(traits);
    const auto failures = uncured_creation_failures(facts);
    const bool stops = !failures.empty() && *left < exhausted && trial(facts) == Trial::fails;
    Draft draft = at_risk(traits, *left < scarce ? "nearly" : "little")
                      .severity(*left < scarce ? Severity::medium : Severity::low);
    if (stops) draft = broken(traits, "no_certificate");
    draft.with("mib", text(left)).saw("/os/disk_free_mb", text(left), "100 or more");
    if (!stops) return draft;
    const LoggedEvent& last = failures.front();
    const std::string id = std::to_string(last.event->id);
    return draft.with("id", id).saw(
        pointer_at("/evt", last.index, ""), last.event->provider + " " + id, "no such event"
    );
}

} // namespace

Rule disk_full_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
