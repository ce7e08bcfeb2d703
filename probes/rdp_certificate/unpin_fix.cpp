// Fix unpin: takes away the thumbprint of a certificate that is in no store, so that TermService
// falls back to Windows' own certificate. The built-in ResetRDPCert does that too, and switches TLS
// off with it: it is not used.
#include "probes/fix/fixes.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/rule_support.hpp"

#include <optional>

namespace rdpsweep {

namespace {

const std::string key = R"(SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp)";
constexpr std::array<std::string_view, 1> declared{
    R"(registry:HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp\SSLCertificateSHA1Hash)"};

// Returns the refusal of a server with a role in a deployment: Connection Broker, its management
// and publishing, or a session host that a broker sends people to.
std::optional<Refusal> refuse_deployment(const Facts& facts) {
    if (!facts.services) return Refusal{"fix.refused.unread", {{"fact", "/svc"}}};
    for (const auto* name : {"Tssdis", "RDMS", "TScPubRPC"}) {
        if (const auto* role = facts.services->find(name))
            return Refusal{"fix.refused.deployment", {{"role", role->name}}};
    }
    if (facts.why_unread("/listener/ts/farm") != nullptr)
        return Refusal{"fix.refused.unread", {{"fact", "/listener/ts/farm"}}};
    if (facts.rdp_port && facts.rdp_port->farm.value_or(0) != 0)
        return Refusal{"fix.refused.deployment", {{"role", "SessionDirectoryActive=1"}}};
    return {};
}

Prepared prepare_unpin(const Facts& facts, const Finding& finding, const FixChoices&) {
    // A pinned certificate that exists is somebody's choice.
    if (finding.summary.key != "CERT.PIN.dangling") return Refusal{"fix.refused.other_case", {}};
    if (!facts.rdp_certificate || !facts.rdp_certificate->pin)
        return Refusal{"fix.refused.unread", {{"fact", "/cert/pin"}}};
    if (auto refused = refuse_deployment(facts)) return *std::move(refused);
    const auto& cert = *facts.rdp_certificate;
    if (template_chose(cert)) return Refusal{"fix.refused.policy_value", {}};
    // Only what can be put back to the byte is taken away.
    if (cert.pin_raw_length.value_or(0) * 2 != cert.pin->size())
        return Refusal{"fix.refused.unread", {{"fact", "/cert/pin"}}};
    return std::vector<Change>{
        {Change::Kind::value, key, "SSLCertificateSHA1Hash", "binary:" + *cert.pin, state::absent}};
}

} // namespace

Fix unpin_fix() noexcept {
    static constexpr std::array<std::string_view, 1> rules{"CERT.PIN"};
    return {
        .id = "unpin",
        .rules = rules,
        .risk = Risk::medium,
        .restart = Restart::needed,
        .declared = declared,
        .prepare = prepare_unpin};
}

} // namespace rdpsweep
