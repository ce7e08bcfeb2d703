// The table of defaults per release and the semantics of Enabled and DisabledByDefault.
#include "probes/reading/effective.hpp"

#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr std::uint32_t reg_dword = 4; // REG_DWORD, winnt.h

// Returns the default of the server side, TLS 1.0 to 1.3 (Microsoft, "Protocols in TLS/SSL
// (Schannel SSP)").
Offer default_offer(std::uint32_t number, TlsVersion version) noexcept {
    if (number < build::server_2012) return version == TlsVersion::tls_1_0 ? Offer::on : Offer::off;
    if (version == TlsVersion::tls_1_3)
        return number >= build::server_2022 ? Offer::on : Offer::off;
    const bool legacy = version != TlsVersion::tls_1_2;
    if (legacy && number >= build::server_2025) return Offer::unspecified;
    return Offer::on;
}

const ProtocolSide* server_side(const Facts& facts, TlsVersion version) noexcept {
    if (!facts.schannel) return nullptr;
    const auto& protocols = facts.schannel->protocols;
    const auto found = protocols.find(std::string(registry_name(version)));
    return found == protocols.end() ? nullptr : &found->second.server;
}

std::string value_pointer(TlsVersion version, const char* member) {
    return "/tls/proto/" + std::string(registry_name(version)) + "/server/" + member;
}

bool wrong_type(const Dword& type) noexcept {
    return type && *type != reg_dword;
}

bool unreadable(const Facts& facts, TlsVersion version, const ProtocolSide* side) {
    if (!facts.schannel) return true;
    if (facts.why_unread(value_pointer(version, "e")) != nullptr ||
        facts.why_unread(value_pointer(version, "d")) != nullptr)
        return true;
    return side != nullptr && (wrong_type(side->enabled_type) || wrong_type(side->default_type));
}

} // namespace

std::string_view registry_name(TlsVersion version) noexcept {
    switch (version) {
    case TlsVersion::tls_1_0:
        return "TLS 1.0";
    case TlsVersion::tls_1_1:
        return "TLS 1.1";
    case TlsVersion::tls_1_2:
        return "TLS 1.2";
    case TlsVersion::tls_1_3:
        break;
    }
    return "TLS 1.3";
}

bool possible(Offer offer) noexcept {
    return offer != Offer::off;
}

Offer server_offer(const Facts& facts, TlsVersion version) noexcept {
    const ProtocolSide* side = server_side(facts, version);
    if (unreadable(facts, version, side)) return Offer::unread;
    const std::uint32_t number = build_of(facts).value_or(build::server_2019);
    const Offer by_default = default_offer(number, version);
    if (side == nullptr) return by_default;
    if (side->enabled == 0u) return Offer::off;
    // A release that does not implement 1.3 does not offer it, whatever the registry says.
    if (version == TlsVersion::tls_1_3 && number < build::server_2022) return Offer::off;
    if (side->disabled_by_default.value_or(0) != 0 && (side->enabled || by_default == Offer::on))
        return Offer::by_request_only;
    if (side->enabled) return Offer::on;
    // DisabledByDefault=0 alone does not undo a default of off.
    return by_default;
}

std::string describe_offer(const Facts& facts, TlsVersion version) {
    const ProtocolSide* side = server_side(facts, version);
    switch (server_offer(facts, version)) {
    case Offer::unread:
        if (side != nullptr && wrong_type(side->enabled_type))
            return "Enabled has registry type " + text(side->enabled_type);
        if (side != nullptr && wrong_type(side->default_type))
            return "DisabledByDefault has registry type " + text(side->default_type);
        return "unread";
    case Offer::unspecified:
        return "default of this release not known";
    case Offer::by_request_only:
        return "DisabledByDefault=" + text(side->disabled_by_default);
    case Offer::on:
        return side != nullptr && side->enabled ? "Enabled=" + text(side->enabled)
                                                : "on by default";
    case Offer::off:
        break;
    }
    return side != nullptr && side->enabled == 0u ? "Enabled=0" : "off by default";
}

} // namespace rdpsweep
