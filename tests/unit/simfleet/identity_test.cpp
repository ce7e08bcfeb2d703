// Certificates, channel bindings and NTLM of the simulator, seen by independent clients.
#include "tests/simfleet/winrm/gss_acceptor.hpp"
#include "tests/simfleet/winrm/tls_identity.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch.hpp"

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <memory>

using namespace simfleet;

namespace {

TlsIdentities& identities() {
    static auto made = TlsIdentities::create();
    return *made;
}

Vm vm_at(std::size_t index, Manner manner = Manner::polite) {
    Vm vm;
    vm.index = index;
    vm.address = "127.3.0." + std::to_string(index + 1);
    vm.wire.manner = manner;
    return vm;
}

struct Seen {
    bool connected = false;
    long verify = -1;
    std::string version;
    std::string binding; // the hash a client computes by itself
};

std::string hash_of(X509* certificate, const EVP_MD* digest) {
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    X509_digest(certificate, digest, hash, &length);
    return {reinterpret_cast<char*>(hash), length};
}

// A handshake in memory with an OpenSSL client that trusts the CA and checks the address.
Seen handshake(const Vm& vm, const EVP_MD* digest = EVP_sha256()) {
    const auto server = identities().engine_for(vm);
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{
        SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
    BIO* pem = BIO_new_mem_buf(identities().ca_pem().data(), -1);
    X509* ca = PEM_read_bio_X509(pem, nullptr, nullptr, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), ca);
    X509_free(ca);
    BIO_free(pem);
    const std::unique_ptr<SSL, decltype(&SSL_free)> client{SSL_new(context.get()), &SSL_free};
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(client.get()), vm.address.c_str());
    BIO* in = BIO_new(BIO_s_mem());
    BIO* out = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(in, -1);
    SSL_set_bio(client.get(), in, out);
    Seen seen;
    for (int turn = 0; turn < 10 && !seen.connected; ++turn) {
        seen.connected = SSL_connect(client.get()) == 1;
        std::string wire(BIO_ctrl_pending(out), '\0');
        if (!wire.empty()) BIO_read(out, wire.data(), static_cast<int>(wire.size()));
        server->feed(wire);
        (void)server->handshake();
        const std::string back = server->take_wire();
        if (!back.empty()) BIO_write(in, back.data(), static_cast<int>(back.size()));
    }
    seen.verify = SSL_get_verify_result(client.get());
    seen.version = SSL_get_version(client.get());
    if (X509* leaf = SSL_get0_peer_certificate(client.get())) {
        seen.binding = "tls-server-end-point:" + hash_of(leaf, digest);
    }
    if (seen.connected) CHECK(server->binding() == seen.binding);
    return seen;
}

// Talks NTLM to an acceptor; what the last step said.
GssStep ntlm(const std::string& password, std::string ours, std::string theirs) {
    const Scratch scratch;
    const auto accounts = scratch.file("accounts", "SIM:sweeper:right\n");
    setenv("NTLM_USER_FILE", accounts.c_str(), 1);
    auto credential = GssCredential::acquire(false);
    REQUIRE(credential);
    GssAcceptor acceptor(*credential, std::move(theirs));
    OM_uint32 minor = 0;
    gss_buffer_desc text{11, const_cast<char*>("SIM\\sweeper")};
    gss_buffer_desc secret{password.size(), const_cast<char*>(password.data())};
    gss_OID_desc mechanism{10, const_cast<char*>("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a")};
    gss_OID_set_desc only{1, &mechanism};
    gss_name_t name = GSS_C_NO_NAME;
    gss_name_t target = GSS_C_NO_NAME;
    gss_import_name(&minor, &text, GSS_C_NT_USER_NAME, &name);
    gss_buffer_desc service{9, const_cast<char*>("HTTP@host")};
    gss_import_name(&minor, &service, GSS_C_NT_HOSTBASED_SERVICE, &target);
    gss_cred_id_t mine = GSS_C_NO_CREDENTIAL;
    gss_acquire_cred_with_password(
        &minor, name, &secret, GSS_C_INDEFINITE, &only, GSS_C_INITIATE, &mine, nullptr, nullptr
    );
    gss_channel_bindings_struct bindings{};
    bindings.application_data = {ours.size(), ours.data()};
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    gss_buffer_desc in = GSS_C_EMPTY_BUFFER;
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    GssStep step;
    step.outcome = GssStep::Outcome::more;
    while (step.outcome == GssStep::Outcome::more) {
        in = {step.token.size(), step.token.data()};
        gss_init_sec_context(
            &minor,
            mine,
            &context,
            target,
            &mechanism,
            GSS_C_MUTUAL_FLAG | GSS_C_INTEG_FLAG,
            0,
            ours.empty() ? GSS_C_NO_CHANNEL_BINDINGS : &bindings,
            &in,
            nullptr,
            &out,
            nullptr,
            nullptr
        );
        step = acceptor.step({static_cast<const char*>(out.value), out.length});
        gss_release_buffer(&minor, &out);
    }
    gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
    gss_release_cred(&minor, &mine);
    gss_release_name(&minor, &name);
    gss_release_name(&minor, &target);
    return step;
}

} // namespace

TEST_CASE("simfleet tls: a client that trusts the CA believes a polite VM", "[simfleet]") {
    const Seen modern = handshake(vm_at(2));
    CHECK(modern.connected);
    CHECK(modern.verify == X509_V_OK);
    CHECK(modern.version == "TLSv1.3");
    Vm old = vm_at(0);
    auto state = std::make_shared<State>();
    state->registry.set(
        "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "CurrentBuildNumber", text_value("17763")
    );
    old.state = state;
    CHECK(handshake(old).version == "TLSv1.2");
}

TEST_CASE("simfleet tls: the binding hash follows the certificate's signature", "[simfleet]") {
    handshake(vm_at(1), EVP_sha384());
    handshake(vm_at(3), EVP_sha512());
    handshake(vm_at(5), EVP_sha256());
}

TEST_CASE("simfleet tls: what is wrong with a certificate is only that", "[simfleet]") {
    CHECK(handshake(vm_at(10, Manner::expired_cert)).verify == X509_V_ERR_CERT_HAS_EXPIRED);
    CHECK(handshake(vm_at(15, Manner::wrong_name_cert)).verify == X509_V_ERR_IP_ADDRESS_MISMATCH);
    CHECK_FALSE(handshake(vm_at(12, Manner::tls_legacy)).connected);
}

TEST_CASE("simfleet tls: a VM keeps its certificate when the cache forgets", "[simfleet]") {
    const std::string before = identities().fingerprint(vm_at(20));
    for (std::size_t index = 100; index < 2300; ++index) {
        Vm vm = vm_at(0);
        vm.index = index;
        identities().fingerprint(vm);
    }
    CHECK(before.size() == 64);
    CHECK(identities().fingerprint(vm_at(20)) == before);
}

TEST_CASE("simfleet ntlm: the right password, bound, unbound and wrongly bound", "[simfleet]") {
    const std::string binding = "tls-server-end-point:0123456789abcdef0123456789abcdef";
    const GssStep bound = ntlm("right", binding, binding);
    CHECK(bound.outcome == GssStep::Outcome::done);
    CHECK(bound.channel_bound);
    CHECK(bound.user == "SIM\\sweeper");
    CHECK(bound.mechanism == "ntlm");
    const GssStep unbound = ntlm("right", "", binding);
    CHECK(unbound.outcome == GssStep::Outcome::done);
    CHECK_FALSE(unbound.channel_bound);
    CHECK(ntlm("right", "tls-server-end-point:else", binding).outcome == GssStep::Outcome::refused);
}

TEST_CASE("simfleet ntlm: a wrong password and noise are refused", "[simfleet]") {
    CHECK(ntlm("wrong", "", "").outcome == GssStep::Outcome::refused);
    auto credential = GssCredential::acquire(false);
    REQUIRE(credential);
    GssAcceptor acceptor(*credential, "");
    CHECK(acceptor.step("noise").outcome == GssStep::Outcome::refused);
}
