// The table of all profiles and the pieces their truths share.
#include "tests/simfleet/profiles/profile.hpp"

#include <array>
#include <utility>
#include <vector>

namespace simfleet {

std::span<const Profile* const> all_profiles() {
    static const std::vector<const Profile*> table = [] {
        std::vector<const Profile*> all;
        for (const auto part :
             {healthy_profiles(),
              port_profiles(),
              firewall_profiles(),
              service_profiles(),
              switch_profiles(),
              unproven_profiles(),
              nla_profiles(),
              security_layer_profiles(),
              protocol_profiles(),
              suite_profiles(),
              credssp_profiles(),
              more_service_profiles(),
              key_acl_profiles(),
              key_file_profiles(),
              own_certificate_profiles(),
              pinned_certificate_profiles(),
              policy_profiles(),
              symptom_profiles(),
              hostile_profiles(),
              wire_profiles(),
              http_fallback_profiles(),
              ssh_profiles(),
              cim_profiles(),
              fix_profiles()}) {
            for (const auto& profile : part)
                all.push_back(&profile);
        }
        return all;
    }();
    return table;
}

const Profile* find_profile(std::string_view name) {
    for (const auto* profile : all_profiles()) {
        if (profile->name == name) return profile;
    }
    return nullptr;
}

// What does not matter on a VM with nothing unusual: Windows' own certificate is used, accesses to
// keys are not audited, what is seen inside outranks a look from outside, and from Server 2022 on
// TLS 1.3 needs no force.
Findings does_not_matter(std::uint32_t build) {
    Findings findings{
        {"CERT.CA.VALID", "not_applicable none"},
        {"EVT.KEYAUDIT", "not_applicable not_audited"},
        {"OUT.RDP", "not_applicable inside_known"},
        {"OUT.CERT", "not_applicable inside_known"}};
    if (build >= 20348) findings.emplace("TLS.13FORCED", "not_applicable supported");
    return findings;
}

Truth truth_of(const Profile& profile, std::uint32_t build) {
    auto truth = profile.truth == nullptr ? Truth{} : profile.truth(build);
    if (truth.outcome == "assessed") truth.findings = with(does_not_matter(build), truth.findings);
    return truth;
}

Truth assessed(std::string verdict, std::string root_cause, Findings findings) {
    Truth truth;
    truth.verdict = std::move(verdict);
    truth.root_cause = std::move(root_cause);
    truth.findings = std::move(findings);
    return truth;
}

// A host that was not assessed has no verdict; reports give such hosts "unknown" and "none".
Truth not_assessed(std::string outcome) {
    Truth truth;
    truth.outcome = std::move(outcome);
    truth.verdict = "unknown";
    return truth;
}

Findings with(Findings findings, const Findings& more) {
    for (const auto& [rule, expected] : more)
        findings.insert_or_assign(rule, expected);
    return findings;
}

Findings handshake_failed(std::uint32_t build, const std::string& how) {
    return with(
        with(handshake_not_run(build), silent_outside()),
        {{"HANDSHAKE", "broken critical functional " + how}}
    );
}

Findings handshake_not_run(std::uint32_t build) {
    Findings findings{
        {"HANDSHAKE", "unknown critical direct rule.unread /hs"},
        {"CERT.BINDING", "unknown medium direct no_handshake /hs"}};
    if (build >= 17763) {
        findings.emplace("KEY.ACL", "unknown critical direct need_system /keys/files/0/sddl");
    }
    return findings;
}

Findings the_key_is_left() {
    return {
        {"HANDSHAKE",
         "broken critical circumstantial machine_keys:suspect /hs/0/stage /hs/0/errno"
         " /keys/files/0/sddl"}};
}

Findings silent_outside() {
    return {
        {"OUT.CERT", "not_applicable none"},
        {"OUT.BINDING", "not_applicable not_known"},
        {"OUT.NAME", "not_applicable not_told"}};
}

Findings outside_not_tried() {
    return with(silent_outside(), {{"OUT.RDP", "not_applicable not_tried"}});
}

Findings no_listener_expected() {
    return {
        {"PORT.OWNER", "not_applicable no_listener"},
        {"PORT.NOLISTEN", "not_applicable not_expected"}};
}

Findings chosen_certificate() {
    return {{"CERT.CA.VALID", "ok"}, {"CERT.SELF.VALID", "not_applicable not_in_use"}};
}

void log_key_failure(Machine& machine) {
    const std::map<std::string, std::string> failure{
        {"Type", "server"}, {"ErrorCode", "0x8009030d"}, {"ErrorStatus", "10001"}};
    for (const std::int64_t ago : {420, 1'860, 9'050}) {
        machine.log(
            "RdpCoreTS", 131, ago + 1, {{"ConnType", "TCP"}, {"ClientIP", "10.0.0.9:50211"}}
        );
        machine.log("Schannel", 36870, ago, failure);
    }
    machine.log_provoked("Schannel", 36870, failure);
}

void log_no_credentials(Machine& machine) {
    const std::map<std::string, std::string> failure{{"Type", "server"}, {"ErrorState", "10013"}};
    for (const std::int64_t ago : {300, 2'400}) {
        machine.log(
            "RdpCoreTS", 131, ago + 1, {{"ConnType", "TCP"}, {"ClientIP", "10.0.0.9:50212"}}
        );
        machine.log("Schannel", 36871, ago, failure);
    }
    machine.log_provoked("Schannel", 36871, failure);
}

std::span<const std::uint32_t> all_builds() {
    static constexpr std::array<std::uint32_t, 7> builds{
        7601, 9200, 9600, 14393, 17763, 20348, 26100};
    return builds;
}

std::span<const std::uint32_t> later_builds() {
    return all_builds().subspan(1);
}

std::span<const std::uint32_t> current_builds() {
    static constexpr std::array<std::uint32_t, 4> builds{14393, 17763, 20348, 26100};
    return builds;
}

std::span<const std::uint32_t> open_key_builds() {
    static constexpr std::array<std::uint32_t, 2> builds{9600, 14393};
    return builds;
}

std::span<const std::uint32_t> closed_key_builds() {
    static constexpr std::array<std::uint32_t, 3> builds{17763, 20348, 26100};
    return builds;
}

} // namespace simfleet
