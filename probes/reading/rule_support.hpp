// Small tools the rules share: message keys, building findings, and what several of them read.
#pragma once

#include "core/facts.hpp"
#include "core/finding.hpp"
#include "probes/rule.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

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
inline constexpr std::string_view offline_key = "rule.offline";
inline constexpr std::string_view no_server_key = "rule.no_server";
inline constexpr std::string_view failed_key = "rule.failed";

// Returns the list for Rule::messages: the rule's own keys and the shared ones.
template <class... Keys>
constexpr std::array<std::string_view, sizeof...(Keys) + 4> with_shared(Keys... keys) {
    return {std::string_view{keys}..., unread_key, offline_key, no_server_key, failed_key};
}

// Builds one finding. Severity starts at: broken and unknown = the rule's worst; at_risk = high for
// a rule that can be critical or high, else the rule's worst; ok and not_applicable = low.
class Draft {
public:
    // Begins a finding; slug is appended to the rule's id ("foreign" makes "PORT.OWNER.foreign");
    // one that starts with "rule." is a shared key and taken as it is.
    Draft(const RuleTraits& rule, Verdict verdict, std::string_view slug);

    Draft& with(std::string_view name, std::string value);
    // Adds a piece of evidence. At most 24 pieces of 600 bytes are kept: a VM may claim anything.
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

// Returns the finding for facts at pointer that were not read: not applicable where only a running
// Windows could tell and a disk was read, else unknown; the reason comes from Facts::unread, else
// from error, else it is "not collected".
Draft unread(
    const RuleTraits& rule,
    const Facts& facts,
    std::string_view pointer,
    const std::optional<Error>& error = {}
);

// Returns the finding for what only a running Windows could tell, of a VM read from its disk.
Draft offline(const RuleTraits& rule, std::string_view pointer);

// Lowers the severity of a finding that could not tell; any other one stays as it is.
Finding& lower(Finding& lost, Severity severity);

// Returns the rule's unread finding when the group was not observed, or a pointer in it was not
// read.
template <class T>
std::optional<Finding> missing(
    const RuleTraits& rule, const Facts& facts, const Observed<T>& group, std::string_view pointer
) {
    if (!group || facts.why_unread(pointer) != nullptr)
        return unread(rule, facts, pointer, group.why_not);
    return std::nullopt;
}

// Returns "absent" or the decimal number.
std::string text(const Dword& value);
// Returns "0x120089"
std::string hex(std::uint32_t value);
// Returns "/svc/3/start"
std::string pointer_at(std::string_view array, std::size_t index, std::string_view member);

// Returns the build number, when it was read.
std::optional<std::uint32_t> build_of(const Facts& facts) noexcept;

// First builds of the releases at which behaviour changes.
namespace build {
constexpr std::uint32_t server_2012 = 9200;
constexpr std::uint32_t server_2012_r2 = 9600;
constexpr std::uint32_t server_2019 = 17763;
constexpr std::uint32_t server_2022 = 20348;
constexpr std::uint32_t server_2025 = 26100;
} // namespace build

// Returns false when the VM runs an edition without any RDP server (Nano Server, Windows PE).
bool has_rdp_server(const Facts& facts) noexcept;

// The two clocks: the VM's own decides what Windows does with a certificate, ours is the check.
struct Clocks {
    std::int64_t vm = 0;
    std::int64_t ours = 0;
    bool skewed = false; // further apart than Policy::clock_skew
};

// Ours is Facts::received_at (else now); the VM's is /collector/utc (else ours).
Clocks clocks_of(const Facts& facts, const Policy& policy, std::int64_t now) noexcept;

// Returns the rule without its rank, which its row in probes/registry.cpp gives it.
Rule make_rule(
    const RuleTraits& traits, std::span<const std::string_view> messages, Evaluate* evaluate
);

} // namespace rdpsweep
