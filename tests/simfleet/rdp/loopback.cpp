// Decides how far a loopback connection gets, in the order in which Windows decides it.
#include "tests/simfleet/rdp/loopback.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "tests/simfleet/rdp/negotiation.hpp"
#include "tests/simfleet/windows/access.hpp"
#include "tests/simfleet/windows/certificates.hpp"
#include "tests/simfleet/windows/paths.hpp"
#include "tests/simfleet/windows/windows.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace simfleet {
namespace {

constexpr std::uint32_t handshake_failure = 40; // RFC 8446 section 6.2

Handshake stopped(std::string stage, std::string failure) {
    Handshake shake;
    shake.stage = std::move(stage);
    shake.failure = std::move(failure);
    return shake;
}

// The socket that gets a connection to 127.0.0.1: a specific bind beats the wildcard.
const ListeningSocket* listener(const State& state, std::uint16_t port) {
    for (const auto* address : {"127.0.0.1", "0.0.0.0"}) {
        for (const auto& socket : state.sockets) {
            if (socket.port == port && socket.address == address) return &socket;
        }
    }
    return nullptr;
}

bool on_by_default(std::string_view protocol, std::uint32_t build) {
    if (protocol == "TLS 1.3") return build >= 20348;
    if (build == 7601) return protocol == "TLS 1.0";
    return true;
}

// The highest protocol the server side offers; "" when none. TLS 1.3 does not exist before 20348,
// whatever the registry says.
std::string_view best_protocol(const State& state) {
    const auto build = state.build();
    for (const std::string_view protocol : {"TLS 1.3", "TLS 1.2", "TLS 1.1", "TLS 1.0"}) {
        if (protocol == "TLS 1.3" && build < 20348) continue;
        const auto path =
            std::string(paths::schannel) + "\\Protocols\\" + std::string(protocol) + "\\Server";
        const auto enabled = state.registry.dword(path, "Enabled");
        if (enabled ? *enabled != 0 : on_by_default(protocol, build)) return protocol;
    }
    return {};
}

std::vector<std::string> suites_in_effect(const State& state) {
    if (const auto policy = state.registry.text(paths::suites_policy, "Functions")) {
        return policy->empty() ? std::vector<std::string>{} : rdpsweep::split(*policy, ',');
    }
    return state.registry.texts(paths::suites_local, "Functions")
        .value_or(std::vector<std::string>{});
}

bool exchange_off(const State& state, std::string_view name) {
    const auto path =
        std::string(paths::schannel) + "\\KeyExchangeAlgorithms\\" + std::string(name);
    return state.registry.dword(path, "Enabled").value_or(1) == 0;
}

// Whether a key can be agreed on as the suite wants it; TLS 1.3 takes either Diffie-Hellman.
bool exchange_allowed(const State& state, std::string_view suite, bool newest) {
    if (newest) return !exchange_off(state, "ECDH") || !exchange_off(state, "Diffie-Hellman");
    if (suite.starts_with("TLS_ECDHE_")) return !exchange_off(state, "ECDH");
    if (suite.starts_with("TLS_DHE_")) return !exchange_off(state, "Diffie-Hellman");
    return !exchange_off(state, "PKCS");
}

// Up to 2012 R2 the names of ECDHE suites end in a curve, and there is none of RSA with GCM.
bool known_name(const State& state, std::string_view suite) {
    if (state.build() > 9600 || !suite.starts_with("TLS_ECDHE_")) return true;
    const bool gcm = suite.starts_with("TLS_ECDHE_RSA_") && suite.find("_GCM_") != suite.npos;
    return suite.find("_P") != suite.npos && !gcm;
}

// The first suite fit for the protocol and the kind of key.
std::string choose_suite(const State& state, std::string_view protocol, const std::string& key) {
    const bool newest = protocol == "TLS 1.3";
    for (const auto& suite : suites_in_effect(state)) {
        const bool of_newest = suite.starts_with("TLS_AES_") || suite.starts_with("TLS_CHACHA20_");
        if (newest != of_newest || !known_name(state, suite)) continue;
        if (!exchange_allowed(state, suite, newest)) continue;
        const bool needs_12 = suite.find("_GCM_") != std::string::npos ||
                              suite.find("_SHA256") != std::string::npos ||
                              suite.find("_SHA384") != std::string::npos;
        if (!newest && needs_12 && protocol != "TLS 1.2") continue;
        const bool for_ec = suite.find("_ECDSA_") != std::string::npos;
        if (newest || for_ec == (key == "EC")) return suite;
    }
    return {};
}

bool key_usable(const State& state, const KeyProvider& provider) {
    const auto* isolation = state.service("KeyIso");
    if (isolation == nullptr || isolation->state != 4) return false;
    const bool cng = provider.type == 0;
    const auto name = cng ? cng_file_name(provider.container) : capi_file_name(provider.container);
    const auto guid = state.registry.text(paths::cryptography, "MachineGuid").value_or("");
    const auto folder = std::string(cng ? paths::cng_keys : paths::machine_keys);
    const auto* file = state.file(folder + '\\' + name + '_' + guid);
    if (file == nullptr || file->size == 0 || file->undecryptable) return false;
    const auto account =
        state.registry.text(std::string(paths::services) + "\\TermService", "ObjectName");
    const bool as_system = account && rdpsweep::iequals(*account, "LocalSystem");
    // LOCAL SERVICE has no entry on a key file.
    if (account && rdpsweep::iequals(*account, R"(NT AUTHORITY\LocalService)")) return false;
    return as_system || allows(file->sddl, termservice_token(), file_generic_read);
}

struct Served {
    std::string thumbprint;
    std::string key;
};

// A certificate of a store by the hash a registry value names, if its key can be used.
std::optional<Served>
usable(const State& state, std::string_view store, std::string_view path, std::string_view value) {
    const auto hash = state.registry.binary(path, value);
    if (!hash) return {};
    const auto thumbprint = rdpsweep::hex_encode(*hash);
    const auto blob = state.registry.binary(std::string(store) + '\\' + thumbprint, "Blob");
    const auto content = blob ? read_blob(*blob) : std::nullopt;
    if (!content || !content->provider || !key_usable(state, *content->provider)) return {};
    // Schannel looks for a certificate of that hash, whatever the registry key is called.
    if (thumbprint_of(content->der) != thumbprint) return {};
    const auto key = key_type(content->der);
    if (key.empty()) return {};
    return Served{thumbprint, key};
}

// The pinned certificate, else that of a policy's template, else Windows' own (events 1051 and 1055
// tell of that fallback).
std::optional<Served> served_certificate(const State& state) {
    constexpr std::string_view pin = "SSLCertificateSHA1Hash";
    auto served = usable(state, paths::my_certificates, paths::rdp_tcp, pin);
    if (!served) served = usable(state, paths::rd_certificates, paths::rdp_tcp, pin);
    if (!served) {
        served = usable(state, paths::my_certificates, paths::win_stations, "TemplateCertificate");
    }
    if (served) return served;
    return usable(state, paths::rd_certificates, paths::win_stations, "SelfSignedCertificate");
}

Handshake negotiate_tls(const State& state) {
    auto shake = stopped("tls", "reset"); // a Schannel credential that fails resets the connection
    shake.selected = hybrid;
    const auto protocol = best_protocol(state);
    const auto served = served_certificate(state);
    if (protocol.empty() || !served) return shake;
    shake.suite = choose_suite(state, protocol, served->key);
    if (shake.suite.empty()) {
        shake.alert = handshake_failure;
        shake.failure = "closed";
        return shake;
    }
    shake.stage = "done";
    shake.failure.clear();
    shake.tls = std::string(protocol.substr(4));
    shake.thumbprint = served->thumbprint;
    return shake;
}

} // namespace

std::vector<Handshake> loopback_handshakes(const State& state) {
    if (!state.stated_handshakes.empty()) return state.stated_handshakes;
    const auto number = state.registry.dword(paths::rdp_tcp, "PortNumber").value_or(3389);
    const auto* socket = listener(state, static_cast<std::uint16_t>(number));
    if (socket == nullptr) return {stopped("connect", "refused")};
    const auto* service = state.service("TermService");
    const bool ours = (service != nullptr && socket->pid == service->pid && service->pid != 0) ||
                      (socket->pid == 4 && state.build() == 7601);
    if (!ours) return {stopped("x224", "not_rdp")};
    const auto layer = levels_of(state).layer;
    if (layer > 2) return {stopped("x224", "closed")};
    if (layer == 0) {
        auto shake = stopped("x224", "");
        shake.failure_code = ssl_not_allowed;
        return {shake};
    }
    return {negotiate_tls(state)};
}

} // namespace simfleet
