// Speaks RDP over a socket up to where the VM's fault ends the conversation.
#include "tests/simfleet/rdp/rdp_face.hpp"

#include "tests/simfleet/rdp/connect_response.hpp"
#include "tests/simfleet/rdp/loopback.hpp"
#include "tests/simfleet/rdp/negotiation.hpp"
#include "tests/simfleet/rdp/rdp_wire.hpp"
#include "tests/simfleet/windows/certificates.hpp"
#include "tests/simfleet/windows/paths.hpp"
#include "tests/simfleet/winrm/peer_stream.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>

namespace simfleet {

namespace asio = rdpsweep::asio;
using rdpsweep::Task;

namespace {

using namespace std::chrono_literals;

// Every version and key there is: which of them is served says the VM.
SSL_CTX* make_tls() {
    SSL_CTX* made = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(made, 0);
    SSL_CTX_set_min_proto_version(made, TLS1_VERSION);
    SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(made, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(made, 0);
    SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS);
    return made;
}

SSL_CTX* any_tls() {
    static SSL_CTX* const context = make_tls();
    return context;
}

// Suspends the handshake with a client that offers TLS 1.3.
int refuse_newest(SSL* ssl, int*, void*) {
    constexpr unsigned int supported_versions = 43; // RFC 8446 4.2.1
    const unsigned char* bytes = nullptr;
    std::size_t size = 0;
    const bool told = SSL_client_hello_get0_ext(ssl, supported_versions, &bytes, &size) == 1;
    // A length, then versions of two bytes.
    for (std::size_t i = 1; told && i + 1 < size; i += 2) {
        if (bytes[i] == 3 && bytes[i + 1] == 4) return SSL_CLIENT_HELLO_RETRY;
    }
    return SSL_CLIENT_HELLO_SUCCESS;
}

// Before 20348 a listener on which 1.3 is forced drops whoever offers it.
bool newest_forced(const Vm& vm) {
    const auto path = std::string(paths::schannel) + R"(\Protocols\TLS 1.3\Server)";
    return vm.state->build() < 20348 && vm.state->registry.dword(path, "Enabled").value_or(0) != 0;
}

SSL_CTX* tls_with_newest_forced() {
    static SSL_CTX* const context = [] {
        SSL_CTX* made = make_tls();
        SSL_CTX_set_client_hello_cb(made, refuse_newest, nullptr);
        return made;
    }();
    return context;
}

int version_of(std::string_view tls) {
    if (tls == "1.3") return TLS1_3_VERSION;
    if (tls == "1.1") return TLS1_1_VERSION;
    if (tls == "1.0") return TLS1_VERSION;
    return TLS1_2_VERSION;
}

// The certificate of that hash in one of the stores; one like Windows' own where a profile only
// states what was served.
std::string certificate_of(const Vm& vm, const std::string& thumbprint) {
    for (const auto store : {paths::my_certificates, paths::rd_certificates}) {
        const auto path = std::string(store) + '\\' + thumbprint;
        const auto blob = vm.state->registry.binary(path, "Blob");
        const auto content = blob ? read_blob(*blob) : std::nullopt;
        if (content && !content->der.empty()) return content->der;
    }
    CertificateShape shape;
    shape.common_name = vm.name;
    shape.not_before = std::time(nullptr) - 30 * 86'400;
    shape.not_after = std::time(nullptr) + 150 * 86'400;
    shape.serial = vm.index;
    return make_certificate(shape).der;
}

std::unique_ptr<TlsEngine> engine_for(const Vm& vm, const Handshake& shake) {
    const auto der = certificate_of(vm, shake.thumbprint);
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    X509* const certificate = d2i_X509(nullptr, &bytes, static_cast<long>(der.size()));
    auto* const key = certificate == nullptr ? nullptr : private_key_for(der);
    SSL_CTX* const context = newest_forced(vm) ? tls_with_newest_forced() : any_tls();
    SSL* const ssl = key == nullptr ? nullptr : SSL_new(context);
    const bool ready = ssl != nullptr && SSL_use_certificate(ssl, certificate) == 1 &&
                       SSL_use_PrivateKey(ssl, key) == 1 &&
                       SSL_set_max_proto_version(ssl, version_of(shake.tls)) == 1;
    X509_free(certificate);
    if (ready) return std::make_unique<TlsEngine>(ssl, std::string());
    SSL_free(ssl);
    return nullptr;
}

NtlmNames names_of(const Vm& vm) {
    const auto& os = vm.state->os;
    NtlmNames names;
    names.computer = vm.name.substr(0, 15);
    names.domain = os.domain.substr(0, os.domain.find('.'));
    names.dns_computer = os.fqdn.empty() ? vm.name : os.fqdn;
    names.dns_domain = os.domain;
    names.build = vm.state->build();
    names.utc = std::time(nullptr) + os.clock_offset;
    return names;
}

Handshake meant_for(const Vm& vm) {
    auto all = loopback_handshakes(*vm.state);
    return all.empty() ? Handshake() : std::move(all.front());
}

// Ends the connection in the way that the VM ends it.
Task<void> end(PeerStream& stream, const Handshake& shake) {
    if (shake.alert) {
        (void)co_await stream.write_raw(tls_alert(*shake.alert));
    }
    if (shake.failure == "timeout") co_await stream.ignore_peer();
    if (shake.failure == "reset" || shake.failure == "refused") stream.reset();
}

Task<bool> read_request(PeerStream& stream, std::string& bytes) {
    while (!is_connection_request(bytes)) {
        const bool came = bytes.size() < 1024 && co_await stream.read_raw(bytes);
        if (!came) co_return false;
    }
    co_return true;
}

// Whether the VM takes no NTLM of anybody, which is what a client without a ticket speaks.
bool refuses_ntlm(const Vm& vm) {
    return vm.state->registry.dword(paths::msv1_0, "RestrictReceivingNTLMTraffic") == 2u;
}

std::string credssp_answer(const Vm& vm) {
    constexpr std::uint32_t ntlm_blocked = 0xc0000418; // STATUS_NTLM_BLOCKED, MS-ERREF 2.3.1
    return refuses_ntlm(vm) ? credssp_refusal(ntlm_blocked) : credssp_challenge(names_of(vm));
}

// What the listener and a client agree on. A handshake that is stated to fail or to succeed wins
// over the settings.
Agreement agreement(const Vm& vm, const Handshake& shake, const Asked& asked) {
    auto levels = levels_of(*vm.state);
    const bool stated_tls = shake.selected.value_or(standard_rdp) != standard_rdp;
    if (stated_tls && (levels.layer == 0 || levels.layer > 2)) levels.layer = 2;
    auto agreed = agree(levels, asked);
    const bool external = !agreed.failure && agreed.selected != standard_rdp;
    if (external && shake.failure_code) agreed.failure = shake.failure_code;
    return agreed;
}

std::string confirm_of(const Vm& vm, const Asked& asked, const Agreement& agreed) {
    if (!asked.negotiates) return bare_confirm();
    if (agreed.failure) return connection_refusal(*agreed.failure);
    return connection_confirm(agreed.selected, response_flags(vm.state->build()));
}

// The answer to an MCS Connect Initial; empty where no method of encryption suits both, which ends
// the connection. Inside TLS there is none.
std::string conference_answer(
    const Vm& vm, const Asked& asked, std::uint32_t selected, std::string_view initial
) {
    const auto levels = levels_of(*vm.state);
    ServerData data;
    data.version = protocol_version(levels.build);
    data.requested = asked.protocols;
    if (selected != standard_rdp) return connect_response(data);
    const auto method = encryption_method(levels, offered_methods(initial));
    if (!method) return {};
    data.method = *method;
    data.level = levels.encryption;
    return connect_response(data);
}

// TLS, and the first leg of CredSSP, or of the conference where nobody has to log on first.
Task<void> serve_tls(PeerStream& stream, const Vm& vm, const Asked& asked, std::uint32_t selected) {
    const bool ready = co_await stream.handshake();
    if (!ready && newest_forced(vm)) stream.reset();
    if (!ready) co_return;
    std::string request;
    const bool came = co_await stream.read(request);
    if (!came) co_return;
    if (selected == ssl) {
        auto answer = conference_answer(vm, asked, selected, request);
        (void)co_await stream.write(std::move(answer));
        co_return;
    }
    if (!vm.wire.credssp) co_return;
    auto answer = credssp_answer(vm);
    const bool sent = co_await stream.write(std::move(answer));
    if (sent) co_await stream.ignore_peer();
}

// RDP's own security, up to the Connect Response.
Task<void> serve_standard(PeerStream& stream, const Vm& vm, const Asked& asked) {
    std::string initial;
    while (!is_data(initial)) {
        const bool fits = initial.size() < 4096 && (initial.empty() || initial[0] == '\x03');
        const bool came = fits && co_await stream.read_raw(initial);
        if (!came) co_return;
    }
    auto answer = conference_answer(vm, asked, standard_rdp, initial);
    if (!answer.empty()) (void)co_await stream.write_raw(std::move(answer));
}

// The conversation from the request on, of a listener that answers it.
Task<void> negotiate(PeerStream& stream, const Vm& vm, const Handshake& shake, Asked asked) {
    const auto agreed = agreement(vm, shake, asked);
    auto confirm = confirm_of(vm, asked, agreed);
    const bool sent = co_await stream.write_raw(std::move(confirm));
    if (!sent || (agreed.failure && asked.negotiates)) co_return;
    if (!agreed.failure && agreed.selected == standard_rdp) {
        co_await serve_standard(stream, vm, asked);
        co_return;
    }
    if (!agreed.failure && stream.encrypted()) {
        co_await serve_tls(stream, vm, asked, agreed.selected);
        co_return;
    }
    // TLS that cannot start; or a client without negotiation at a listener that demands one.
    std::string hello;
    const bool came = co_await stream.read_raw(hello);
    if (came && !agreed.failure) co_await end(stream, shake);
}

} // namespace

Task<void> serve_rdp(asio::ip::tcp::socket socket, std::shared_ptr<World> world, const Vm* vm) {
    world->stats.request(vm->index, "rdp");
    const auto shake = meant_for(*vm);
    const bool completes = shake.stage == "done" && !shake.tls.empty();
    auto engine = completes ? engine_for(*vm, shake) : nullptr;
    PeerStream stream(std::move(socket), std::move(engine), vm->wire.slowness.round_trip);
    if (shake.stage == "connect") { // as near to a closed port as a listener gets
        stream.reset();
        co_return;
    }
    std::string bytes;
    const bool asked = co_await read_request(stream, bytes);
    if (!asked) co_return;
    if (shake.failure == "not_rdp") {
        std::string other("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        (void)co_await stream.write_raw(std::move(other));
        co_return;
    }
    if (shake.stage == "x224" && !shake.failure_code) {
        co_await end(stream, shake);
        co_return;
    }
    co_await negotiate(stream, *vm, shake, read_asked(bytes));
}

} // namespace simfleet
