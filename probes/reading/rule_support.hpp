// Small tools the rules share: the order of attribution, message keys, and building findings.
#pragma once

#include "core/facts.hpp"
#include "core/finding.hpp"
#include "probes/rule.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

// The order of attribution (windows-facts section 2): among the findings that carry the host's
// verdict, the one with the lowest rank names the root cause. What stops a connection earlier hides
// what comes later, hence port before protocol before key before certificate. Circumstantial rules
// come last but one, so that an event names a cause only when nothing that was read does.
namespace rank {
constexpr int port_owner = 10;
constexpr int port_no_listener = 11;
constexpr int port_moved = 12;
constexpr int rdp_denied = 20;
constexpr int rdp_listener = 21;
constexpr int service_state = 22;
constexpr int service_account = 23;
constexpr int security_layer = 24; // with layer 0 neither protocols nor key nor certificate matter
constexpr int tls_protocols = 30;
constexpr int tls_13_forced = 31;
constexpr int tls_suites = 32;
constexpr int tls_fips = 33;
constexpr int tls_legacy = 34;
constexpr int key_present = 40;
constexpr int key_acl = 41;
constexpr int key_audit = 42; // an audited failure on the very key: nearly as good as the ACL
constexpr int key_folder = 43;
constexpr int key_overgrant = 44;
constexpr int store_acl = 50;
constexpr int certificate_corrupt = 60;
constexpr int certificate_pin = 61;
constexpr int certificate_self = 62;
constexpr int certificate_ca = 63;
constexpr int certificate_binding = 64;
constexpr int outside_certificate = 65;
constexpr int outside_binding = 66;
constexpr int policy_service = 80;
constexpr int policy_managed = 81;
constexpr int pending = 82;
constexpr int events_schannel = 90;
constexpr int events_certificate = 91;
constexpr int outside_answer = 99;
constexpr int handshake = 100;
constexpr int console = 110;
constexpr int dump = 112;
constexpr int outside_name = 111;
} // namespace rank

// What is constant about a rule. worst is the gravest severity it can reach; an unknown finding
// carries it, because not knowing is as grave as what might be there.
struct RuleTraits {
    std::string_view id;
    Cause cause = Cause::none;
    std::string_view article_step;
    Severity worst = Severity::low;
};

// Keys any rule may produce besides its own.
inline constexpr std::string_view unread_key = "rule.unread";
inline constexpr std::string_view no_server_key = "rule.no_server";
inline constexpr std::string_view failed_key = "rule.failed";

// The list for Rule::messages: the rule's own keys and the shared ones.
template <class... Keys>
constexpr std::array<std::string_view, sizeof...(Keys) + 3> with_shared(Keys... keys) {
    return {std::string_view{keys}..., unread_key, no_server_key, failed_key};
}

// Builds one finding. Severity starts at: broken and unknown = the rule's worst; at_risk = high for
// a rule that can be critical or high, else the rule's worst; ok and not_applicable = low.
class Draft {
public:
    // slug is appended to the rule's id ("foreign" makes "PORT.OWNER.foreign"); one that starts
    // with "rule." is a shared key and taken as it is.
    Draft(const RuleTraits& rule, Verdict verdict, std::string_view slug);

    Draft& with(std::string_view name, std::string value);
    // At most 24 pieces of 600 bytes are kept: a VM may claim anything.
    Draft& saw(std::string pointer, std::string observed, std::string expected);
    Draft& severity(Severity severity);
    Draft& confidence(Confidence confidence);
    Draft& cause(Cause cause);

    operator Finding() const { return finding_; }

private:
    Finding finding_;
};

Draft broken(const RuleTraits& rule, std::string_view slug);
Draft at_risk(const RuleTraits& rule, std::string_view slug);
Draft unknown(const RuleTraits& rule, std::string_view slug);
Draft ok(const RuleTraits& rule, std::string_view slug = "ok");
Draft not_applicable(const RuleTraits& rule, std::string_view slug);

// The unknown finding for facts at pointer that were not read; the reason comes from
// Facts::unread, else from error, else it is "not collected".
Draft unread(
    const RuleTraits& rule,
    const Facts& facts,
    std::string_view pointer,
    const std::optional<Error>& error = {}
);

// The rule's unread finding when the group was not observed, or a pointer in it was not read.
template <class T>
std::optional<Finding> missing(
    const RuleTraits& rule, const Facts& facts, const Observed<T>& group, std::string_view pointer
) {
    if (!group || facts.why_unread(pointer) != nullptr)
        return unread(rule, facts, pointer, group.why_not);
    return std::nullopt;
}

// "absent" or the decimal number.
std::string text(const Dword& value);
// "0x120089"
std::string hex(std::uint32_t value);
// "/svc/3/start"
std::string pointer_at(std::string_view array, std::size_t index, std::string_view member);

// The build number, when it was read.
std::optional<std::uint32_t> build_of(const Facts& facts) noexcept;

// First builds of the releases at which behaviour changes (windows-facts, head of the page).
namespace build {
constexpr std::uint32_t server_2012 = 9200;
constexpr std::uint32_t server_2019 = 17763;
constexpr std::uint32_t server_2022 = 20348;
constexpr std::uint32_t server_2025 = 26100;
} // namespace build

// False when the VM runs an edition without any RDP server (Nano Server, Windows PE).
bool has_rdp_server(const Facts& facts) noexcept;

// The two clocks: the VM's own decides what Windows does with a certificate, ours is the check.
struct Clocks {
    std::int64_t vm = 0;
    std::int64_t ours = 0;
    bool skewed = false; // further apart than Policy::clock_skew
};

// Ours is Facts::received_at (else now); the VM's is /collector/utc (else ours).
Clocks clocks_of(const Facts& facts, const Policy& policy, std::int64_t now) noexcept;

Rule make_rule(
    const RuleTraits& traits,
    int order,
    std::span<const std::string_view> messages,
    Finding (*evaluate)(const Facts&, const Policy&, std::int64_t)
);

} // namespace rdpsweep
