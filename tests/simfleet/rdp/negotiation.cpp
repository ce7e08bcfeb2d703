// Decides by the listener's settings; RDSTLS and Entra's sign-in are for clients of a farm or of a
// joined machine, which these VMs are not.
#include "tests/simfleet/rdp/negotiation.hpp"

#include "tests/simfleet/windows/paths.hpp"

namespace simfleet {
namespace {

constexpr std::uint32_t server_2012 = 9200; // the first that knows PROTOCOL_HYBRID_EX

std::uint32_t setting(const State& state, std::string_view name, std::uint32_t otherwise) {
    if (const auto policy = state.registry.dword(paths::ts_policy, name)) return *policy;
    return state.registry.dword(paths::rdp_tcp, name).value_or(otherwise);
}

std::uint32_t octet(std::string_view bytes, std::size_t at) {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u;
}

} // namespace

Levels levels_of(const State& state) {
    Levels levels;
    levels.layer = setting(state, "SecurityLayer", levels.layer);
    levels.nla = setting(state, "UserAuthentication", levels.nla);
    levels.encryption = setting(state, "MinEncryptionLevel", levels.encryption);
    levels.build = state.build();
    return levels;
}

Asked read_asked(std::string_view request) {
    constexpr std::size_t fixed = 11; // TPKT and the fixed part of a Connection Request
    constexpr std::string_view line_end = "\r\n";
    auto rest = request.size() < fixed ? std::string_view() : request.substr(fixed);
    // A cookie or a routing token ends with its line; what follows has its own type first.
    const auto text = rest.starts_with('\x01') ? rest.npos : rest.find(line_end);
    if (text != rest.npos) rest.remove_prefix(text + line_end.size());
    constexpr std::size_t whole = 8; // type 1, flags, length 8, protocols
    if (rest.size() < whole || octet(rest, 0) != 1 || octet(rest, 2) != whole) return {};
    Asked asked{true, 0};
    for (std::size_t i = 4; i-- > 0;)
        asked.protocols = asked.protocols << 8 | octet(rest, 4 + i);
    return asked;
}

Agreement agree(const Levels& levels, const Asked& asked) {
    const auto wants = [&asked](std::uint32_t protocol) {
        return (asked.protocols & protocol) != 0;
    };
    if (levels.layer == 0) {
        if (asked.protocols == standard_rdp) return {};
        return {standard_rdp, ssl_not_allowed};
    }
    if (wants(hybrid_ex) && levels.build >= server_2012) return {hybrid_ex, {}};
    if (wants(hybrid)) return {hybrid, {}};
    if (levels.nla != 0) return {standard_rdp, hybrid_required};
    if (wants(ssl)) return {ssl, {}};
    if (levels.layer == 1 && asked.protocols == standard_rdp) return {};
    return {standard_rdp, ssl_required};
}

std::uint8_t response_flags(std::uint32_t build) {
    if (build >= 14393) return 0x1f; // all, Remote Credential Guard as the last
    return build >= 9600 ? 0x0f : 0x07;
}

std::optional<std::uint32_t> encryption_method(const Levels& levels, std::uint32_t offered) {
    constexpr std::uint32_t bits_40 = 1;
    constexpr std::uint32_t bits_128 = 2;
    constexpr std::uint32_t bits_56 = 8;
    constexpr std::uint32_t fips = 16;
    for (const auto method : {bits_128, bits_56, bits_40, fips}) {
        const bool fit = levels.encryption < 3 || method == fips ||
                         (levels.encryption == 3 && method == bits_128);
        if (fit && (offered & method) != 0) return method;
    }
    return {};
}

} // namespace simfleet
