// Fix tls12: switches TLS 1.2 on for servers, and nothing else.
//
// Article step 3 writes Enabled=1 for TLS 1.0, 1.1 and 1.2. Only 1.2 is needed, and a value that
// does no harm is left as it is.
#include "probes/fix/fixes.hpp"
#include "probes/fix/values.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

const std::string key =
    R"(SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server)";

constexpr std::array<std::string_view, 2> declared{
    R"(registry:HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server\Enabled)",
    R"(registry:HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server\DisabledByDefault)"};

bool is_number(const Dword& value, const Dword& type) {
    constexpr std::uint32_t reg_dword = 4; // winnt.h
    return value.has_value() || !type.has_value() || *type == reg_dword;
}

Prepared prepare_tls12(const Facts& facts, const Finding&, const FixChoices&) {
    const auto number = build_of(facts);
    if (!facts.schannel || !number) return Refusal{"fix.refused.unread", {{"fact", "/tls"}}};
    // 2008 R2 needs an update for TLS 1.2 before any value helps.
    if (*number < build::server_2012) return Refusal{"fix.refused.needs_update", {}};
    const auto found = facts.schannel->protocols.find("TLS 1.2");
    const auto side =
        found == facts.schannel->protocols.end() ? ProtocolSide() : found->second.server;
    const bool readable = is_number(side.enabled, side.enabled_type) &&
                          is_number(side.disabled_by_default, side.default_type);
    if (!readable) return Refusal{"fix.refused.wrong_type", {{"key", key}}};
    std::vector<Change> changes;
    if (side.enabled == 0u) set_dword(changes, {key, "Enabled"}, side.enabled, 1);
    if (side.disabled_by_default.value_or(0) != 0)
        set_dword(changes, {key, "DisabledByDefault"}, side.disabled_by_default, 0);
    return changes;
}

} // namespace

Fix tls12_fix() noexcept {
    static constexpr std::array<std::string_view, 1> rules{"TLS.PROTO"};
    return {
        .id = "tls12",
        .rules = rules,
        .risk = Risk::medium,
        .restart = Restart::needed,
        .declared = declared,
        .prepare = prepare_tls12};
}

} // namespace rdpsweep
