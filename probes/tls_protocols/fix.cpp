// Fixes tls12 and tls13: TLS 1.2 is switched on for servers, and TLS 1.3 no longer forced on where
// Windows has none. Nothing else.
//
// Article step 3 writes Enabled=1 for TLS 1.0, 1.1 and 1.2. Only 1.2 is needed, and a value that
// does no harm is left as it is.
#include "probes/fix/fixes.hpp"
#include "probes/fix/values.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

#define RDPSWEEP_PROTOCOLS                                                                         \
    R"(SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\)"
const std::string key_12 = RDPSWEEP_PROTOCOLS R"(TLS 1.2\Server)";
const std::string key_13 = RDPSWEEP_PROTOCOLS R"(TLS 1.3\Server)";

constexpr std::array<std::string_view, 2> declared_12{
    R"(registry:HKLM\)" RDPSWEEP_PROTOCOLS R"(TLS 1.2\Server\Enabled)",
    R"(registry:HKLM\)" RDPSWEEP_PROTOCOLS R"(TLS 1.2\Server\DisabledByDefault)"};
constexpr std::array<std::string_view, 2> declared_13{
    R"(registry:HKLM\)" RDPSWEEP_PROTOCOLS R"(TLS 1.3\Server\Enabled)",
    R"(registry:HKLM\)" RDPSWEEP_PROTOCOLS R"(TLS 1.3\Server\DisabledByDefault)"};
#undef RDPSWEEP_PROTOCOLS

bool is_number(const Dword& value, const Dword& type) {
    constexpr std::uint32_t reg_dword = 4; // winnt.h
    return value.has_value() || !type.has_value() || *type == reg_dword;
}

// Returns the server's values; none where there is no such key.
ProtocolSide values_of(const Facts& facts, const char* protocol) {
    const auto found = facts.schannel->protocols.find(protocol);
    return found == facts.schannel->protocols.end() ? ProtocolSide() : found->second.server;
}

bool is_readable(const ProtocolSide& side) {
    return is_number(side.enabled, side.enabled_type) &&
           is_number(side.disabled_by_default, side.default_type);
}

Prepared prepare_tls12(const Facts& facts, const Finding&, const FixChoices&) {
    const auto number = build_of(facts);
    if (!facts.schannel || !number) return Refusal{"fix.refused.unread", {{"fact", "/tls"}}};
    // 2008 R2 needs an update for TLS 1.2 before any value helps.
    if (*number < build::server_2012) return Refusal{"fix.refused.needs_update", {}};
    const auto side = values_of(facts, "TLS 1.2");
    if (!is_readable(side)) return Refusal{"fix.refused.wrong_type", {{"key", key_12}}};
    std::vector<Change> changes;
    if (side.enabled == 0u) set_dword(changes, {key_12, "Enabled"}, side.enabled, 1);
    if (side.disabled_by_default.value_or(0) != 0)
        set_dword(changes, {key_12, "DisabledByDefault"}, side.disabled_by_default, 0);
    return changes;
}

// Takes both values away: Windows then does what it does by default, without 1.3.
Prepared prepare_tls13(const Facts& facts, const Finding&, const FixChoices&) {
    if (!facts.schannel) return Refusal{"fix.refused.unread", {{"fact", "/tls"}}};
    const auto side = values_of(facts, "TLS 1.3");
    if (!is_readable(side)) return Refusal{"fix.refused.wrong_type", {{"key", key_13}}};
    std::vector<Change> changes;
    remove_dword(changes, {key_13, "Enabled"}, side.enabled);
    remove_dword(changes, {key_13, "DisabledByDefault"}, side.disabled_by_default);
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
        .declared = declared_12,
        .prepare = prepare_tls12};
}

Fix tls13_fix() noexcept {
    static constexpr std::array<std::string_view, 1> rules{"TLS.13FORCED"};
    return {
        .id = "tls13",
        .rules = rules,
        .risk = Risk::medium,
        .restart = Restart::needed,
        .declared = declared_13,
        .prepare = prepare_tls13};
}

} // namespace rdpsweep
