// Fix renew: takes exactly the certificate that Windows made for RDP, and its key file, out of the
// way, so that SessionEnv makes both anew.
//
// Article step 2.1 deletes whatever is in the store and restarts TermService alone, which only
// reads the certificate. The key file goes with its certificate, by a new name in its folder:
// Windows makes a key of the same name, and only so can the old pair be put back.
#include "core/encoding.hpp"
#include "core/service_start.hpp"
#include "core/text.hpp"
#include "probes/fix/fixes.hpp"
#include "probes/rdp_certificate/renewal.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/key_access.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr std::array<std::string_view, 3> rules{"CERT.SELF.VALID", "CERT.CORRUPT", "KEY.PRESENT"};
// What would keep Windows from making the new one, or from using it, also where it does no harm
// today; and what would keep the old file from being put back.
constexpr std::array<std::string_view, 4> first{
    "STORE.ACL.*", "KEY.FOLDER.*", "KEY.ACL", "SVC.STATE.*"};
constexpr std::array<std::string_view, 5> declared{
    R"(certificate:Remote Desktop\*)",
    R"(registry:HKLM\SOFTWARE\Microsoft\SystemCertificates\Remote Desktop\Certificates\*)",
    R"(registry:HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\SelfSignedCertificate)",
    R"(file:%ProgramData%\Microsoft\Crypto\RSA\MachineKeys\*)",
    "service:SessionEnv"};

bool is_thumbprint(std::string_view text) {
    constexpr std::size_t digits = 40; // SHA-1
    return text.size() == digits &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool store_is_empty(const Facts& facts) {
    return facts.rdp_certificate && facts.rdp_certificate->store.empty() &&
           facts.why_unread("/cert/store") == nullptr;
}

// A key of no bytes is none: nobody can use it, and Windows does not replace it by itself.
bool key_is_empty(const Facts& facts) {
    const auto name = rdp_key_file(facts);
    if (name.empty() || !facts.machine_keys) return false;
    const auto* file = facts.machine_keys->find(name);
    return file != nullptr && file->size == 0;
}

// Tells whether it is one of the cases that a new one cures; others of the same rules are
// deliberate.
bool is_curable(const Facts& facts, const Finding& finding) {
    const auto& key = finding.summary.key;
    // Its key is gone, or is there and of no use.
    const bool keyless = finding.rule == "KEY.PRESENT" || key_is_empty(facts);
    if (finding.verdict == Verdict::broken && (keyless || store_is_empty(facts))) return true;
    return key == "CERT.SELF.VALID.expired" || key == "CERT.CORRUPT.unparsable" ||
           key == "CERT.CORRUPT.mismatch" || key == "CERT.CORRUPT.no_key" ||
           key == "KEY.PRESENT.damaged" || key == "KEY.PRESENT.unusable" ||
           key == "KEY.PRESENT.orphan";
}

// Returns the refusal of a host on which a service that no rule judges, or a setting, keeps Windows
// from making a certificate.
std::optional<Refusal> refuse_maker(const Facts& facts) {
    for (const auto& setting : renewal_obstacles_set(*facts.rdp_certificate)) {
        if (!setting.at_once) continue;
        const std::map<std::string, std::string> words{
            {"setting", setting.words}, {"expected", setting.expected}};
        return Refusal{"fix.refused.renewal_setting", words};
    }
    const auto* maker = facts.services ? facts.services->find("CertPropSvc") : nullptr;
    if (maker == nullptr || maker->start != service_start::disabled) return {};
    return Refusal{"fix.refused.maker_disabled", {{"service", maker->name}}};
}

std::optional<Refusal> refusal_of(const Facts& facts) {
    for (const auto* pointer : {"/cert/pin", "/cert/self", "/cert/template"}) {
        if (facts.why_unread(pointer) != nullptr)
            return Refusal{"fix.refused.unread", {{"fact", pointer}}};
    }
    const auto& certificates = *facts.rdp_certificate;
    if (certificates.template_name || template_chose(certificates))
        return Refusal{"fix.refused.policy_value", {}};
    // A pinned certificate is served in its place: nothing is gained.
    if (certificates.pin) return Refusal{"fix.refused.other_case", {}};
    return refuse_maker(facts);
}

// Returns the bytes of the key file, in decimal; "none" without one; nothing when that is unknown.
std::optional<std::string> size_of_key(const MachineKeysFacts& keys, const std::string& name) {
    if (const auto* file = keys.find(name)) {
        if (!file->size) return {};
        return std::to_string(*file->size);
    }
    if (keys.directory_listed) return "none";
    return {};
}

std::vector<Change>
changes_for(const Facts& facts, const StoredCertificate* own, std::string key, std::string size) {
    std::vector<Change> changes;
    const auto self = facts.rdp_certificate->self_signed.value_or("none");
    changes.push_back(
        {Change::Kind::certificate,
         own == nullptr ? "none" : ascii_upper(own->key_name), // as Windows names the key
         std::move(key),
         "certificate:" + self + ":" + std::move(size) + ":" +
             (own == nullptr ? "" : hex_encode(own->blob)),
         "renewed"}
    );
    // It is restarted to make the certificate, and stopped again when that is undone. It may not
    // start any sooner: it would renew what is expired by itself, and no old key would be left.
    const auto* maker = facts.services ? facts.services->find("SessionEnv") : nullptr;
    if (maker != nullptr && maker->state == ServiceState::stopped)
        changes.push_back({Change::Kind::run, "SessionEnv", "", "stopped", "running"});
    return changes;
}

Prepared prepare_renew(const Facts& facts, const Finding& finding, const FixChoices&) {
    if (!is_curable(facts, finding)) return Refusal{"fix.refused.other_case", {}};
    if (!facts.rdp_certificate) return Refusal{"fix.refused.unread", {{"fact", "/cert"}}};
    if (!facts.machine_keys) return Refusal{"fix.refused.unread", {{"fact", "/keys"}}};
    if (auto refused = refusal_of(facts)) return *std::move(refused);
    const auto* own = self_signed_certificate(*facts.rdp_certificate);
    const bool none_yet = store_is_empty(facts);
    if (!none_yet && (own == nullptr || !is_thumbprint(own->key_name)))
        return Refusal{"fix.refused.other_case", {}};
    auto key = rdp_key_file(facts);
    auto size = key.empty() ? std::nullopt : size_of_key(*facts.machine_keys, key);
    if (!none_yet && own->blob.empty())
        return Refusal{"fix.refused.unread", {{"fact", "/cert/store"}}};
    if (!size) return Refusal{"fix.refused.unread", {{"fact", "/keys/files"}}};
    return changes_for(facts, none_yet ? nullptr : own, std::move(key), *std::move(size));
}

} // namespace

Fix renew_fix() noexcept {
    return {
        .id = "renew",
        .rules = rules,
        .risk = Risk::medium,
        .restart = Restart::if_still_failing,
        .declared = declared,
        .first = first,
        .settled_by = "CERT.BINDING",
        .prepare = prepare_renew};
}

} // namespace rdpsweep
