// Holds each finding's evidence against the parts of the disk that may be old.
#include "probes/weaken.hpp"

#include "probes/reading/disk_view.hpp"

namespace rdpsweep {

namespace {

std::uint32_t parts_of_cause(Cause cause) {
    switch (cause) {
    case Cause::rdp_port:
    case Cause::services:
    case Cause::listener_security:
    case Cause::tls_protocols:
        return disk_part::system_hive;
    case Cause::machine_keys:
        return disk_part::files | disk_part::software_hive;
    case Cause::rdp_certificate:
    case Cause::group_policy:
        return disk_part::software_hive;
    case Cause::none:
        return disk_part::boot;
    case Cause::unexplained:
        break;
    }
    return 0;
}

std::uint32_t parts_of(const Finding& finding) {
    std::uint32_t parts = 0;
    for (const Evidence& evidence : finding.evidence)
        parts |= parts_behind(evidence.fact);
    return parts != 0 ? parts : parts_of_cause(finding.cause);
}

} // namespace

void weaken(const Facts& facts, std::vector<Finding>& findings) {
    const std::uint32_t unsure = unsure_parts(facts);
    if (unsure == 0) return;
    for (Finding& finding : findings) {
        const bool told = finding.verdict == Verdict::ok || finding.verdict >= Verdict::at_risk;
        const bool tried = finding.confidence == Confidence::functional;
        if (told && !tried && (parts_of(finding) & unsure) != 0)
            finding.confidence = Confidence::circumstantial;
    }
}

} // namespace rdpsweep
