// HANDSHAKE: an X.224 and TLS handshake with the RDP port completes.
//
// The article ends each step with "try to connect"; this is that, inside the guest, read-only and
// without a password. A failure that no other rule explains makes the host's cause "unexplained",
// never healthy. When it was tried from outside too, both must agree: one that fails
// alone means the network, a security group or a middlebox.
// Sample finding: broken, "RDP resets the connection when TLS starts".
#include "probes/reading/disk_view.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"
#include "probes/reading/status_codes.hpp"
#include "probes/symptom/rules.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"HANDSHAKE", Cause::unexplained, "", Severity::critical};
constexpr auto keys = with_shared(
    "HANDSHAKE.ok",
    "HANDSHAKE.ok_outside",
    "HANDSHAKE.ok_limited",
    "HANDSHAKE.not_run",
    "HANDSHAKE.loopback_taken",
    "HANDSHAKE.bound",
    "HANDSHAKE.bound_ok",
    "HANDSHAKE.probe_limited",
    "HANDSHAKE.rdp_security",
    "HANDSHAKE.outside_fails",
    "HANDSHAKE.guest_fails",
    "HANDSHAKE.refused",
    "HANDSHAKE.not_rdp",
    "HANDSHAKE.no_certificate",
    "HANDSHAKE.negotiation",
    "HANDSHAKE.reset",
    "HANDSHAKE.suspect", // this and the next three: see probes/suspect.hpp
    "HANDSHAKE.suspect_certificate",
    "HANDSHAKE.suspect_refused",
    "HANDSHAKE.suspect_failed",
    "HANDSHAKE.alert",
    "HANDSHAKE.timeout",
    "HANDSHAKE.failed"
);

// RDP_NEG_FAILURE SSL_CERT_NOT_ON_SERVER, MS-RDPBCGR 2.2.1.2.2: the server has no usable
// certificate.
constexpr std::uint32_t certificate_not_on_server = 3;

std::string_view slug_of(const HandshakeFacts& handshake) {
    if (handshake.failure_code == certificate_not_on_server) return "no_certificate";
    if (handshake.failure_code) return "negotiation";
    if (handshake.alert) return "alert";
    if (handshake.failure == "timeout") return "timeout";
    if (handshake.failure == "not_rdp") return "not_rdp";
    if (handshake.stage == "connect" || handshake.failure == "refused") return "refused";
    const bool dropped = handshake.failure == "reset" || handshake.failure == "closed";
    // Dropped right after a good X.224 answer: Schannel could not get its credential.
    if (handshake.stage == "tls" && dropped) return "reset";
    return "failed";
}

std::string pointer_to(const Facts& facts, const HandshakeFacts& handshake, const char* member) {
    const auto index = static_cast<std::size_t>(&handshake - facts.handshakes->data());
    return pointer_at("/hs", index, member);
}

Draft& show(Draft& draft, const Facts& facts, const HandshakeFacts& handshake) {
    draft.with("from", handshake.from).with("stage", handshake.stage);
    const auto code = handshake.failure_code ? named_refusal(*handshake.failure_code) : "absent";
    const auto alert = handshake.alert ? named_alert(*handshake.alert) : "absent";
    draft.with("failure", handshake.failure).with("alert", alert);
    draft.with("code", code).with("tls", handshake.tls_version);
    draft.saw(
        pointer_to(facts, handshake, "stage"), handshake.from + " " + handshake.stage, "done"
    );
    if (handshake.failure_code) draft.saw(pointer_to(facts, handshake, "x224/fail"), code, "none");
    if (handshake.alert) draft.saw(pointer_to(facts, handshake, "alert"), alert, "none");
    if (!handshake.failure.empty())
        draft.saw(pointer_to(facts, handshake, "errno"), handshake.failure, "none");
    return draft;
}

Finding conclude(Draft draft, const Facts& facts, const HandshakeFacts& handshake) {
    draft.confidence(Confidence::functional);
    return show(draft, facts, handshake);
}

const HandshakeFacts* elsewhere(const Facts& facts, bool completed) {
    const auto& all = *facts.handshakes;
    const auto found = std::find_if(all.begin(), all.end(), [&](const HandshakeFacts& handshake) {
        // A failure counts where a network is in between, a success anywhere.
        const bool counts = completed ? handshake.from != "guest" : handshake.from == "outside";
        return counts && tls_completed(handshake) == completed;
    });
    return found == all.end() ? nullptr : &*found;
}

Finding judge_without_guest(const Facts& facts) {
    if (const auto* done = elsewhere(facts, true))
        return conclude(ok(traits, "ok_outside"), facts, *done);
    // Nothing ran inside that could be held against it: OUT.RDP has the word.
    if (read_from_disk(facts)) return offline(traits, "/hs");
    const HandshakeFacts* failed = elsewhere(facts, false);
    return conclude(at_risk(traits, "outside_fails"), facts, *failed);
}

// The loopback is refused where RDP is bound to one network adapter: only a client's way tells.
Finding judge_bound(const Facts& facts, const HandshakeFacts& guest) {
    if (const auto* done = elsewhere(facts, true))
        return conclude(ok(traits, "bound_ok"), facts, *done);
    return conclude(unknown(traits, "bound"), facts, guest);
}

// The script's own try proves nothing: what others saw counts, if anybody looked.
Finding judge_limited(const Facts& facts, const HandshakeFacts& guest) {
    const HandshakeFacts* done = elsewhere(facts, true);
    if (done == nullptr && elsewhere(facts, false) != nullptr) return judge_without_guest(facts);
    Draft draft = done != nullptr ? ok(traits, "ok_limited") : unknown(traits, "probe_limited");
    draft.with("powershell", facts.collector->powershell)
        .saw("/collector/ps", facts.collector->powershell, "one that knows the versions on");
    return conclude(draft, facts, done != nullptr ? *done : guest);
}

Finding judge_completed(const Facts& facts, const HandshakeFacts& guest) {
    if (const auto* failed = elsewhere(facts, false))
        return conclude(at_risk(traits, "outside_fails"), facts, *failed);
    Draft draft = ok(traits);
    if (elsewhere(facts, true) == nullptr) draft.saw("/hs", "guest only", "outside: not tried");
    return conclude(draft, facts, guest);
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(traits, facts, facts.handshakes, "/hs")) return *lost;
    if (facts.handshakes->empty())
        return unknown(traits, "not_run").saw("/hs", "none", "one from the guest");
    const HandshakeFacts* guest = inside_handshake(facts);
    if (guest == nullptr) return judge_without_guest(facts);
    if (reached_another_process(facts, *guest))
        return conclude(unknown(traits, "loopback_taken"), facts, *guest);
    if (tls_completed(*guest)) return judge_completed(facts, *guest);
    if (could_not_speak(facts, *guest)) return judge_limited(facts, *guest);
    if (refused_tls_by_design(facts, *guest))
        return conclude(at_risk(traits, "rdp_security"), facts, *guest);
    if (missed_the_listener(facts, *guest)) return judge_bound(facts, *guest);
    if (elsewhere(facts, true) != nullptr)
        return conclude(at_risk(traits, "guest_fails"), facts, *guest);
    return conclude(broken(traits, slug_of(*guest)), facts, *guest);
}

} // namespace

Rule handshake_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
