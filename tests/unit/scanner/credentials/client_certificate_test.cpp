// Client certificates as credentials: from files and variables, and what is wrong with some.
#include "scanner/credentials/credentials.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/inventory/read_inventory.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

using namespace rdpsweep;

namespace {

struct Free {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }

    void operator()(X509* certificate) const noexcept { X509_free(certificate); }

    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};

template <class T>
using Owned = std::unique_ptr<T, Free>;

std::string drain(BIO* out) {
    std::string text(BIO_ctrl_pending(out), '\0');
    BIO_read(out, text.data(), static_cast<int>(text.size()));
    return text;
}

// A key of ours and the self-signed certificate of it, as PEM.
struct Identity {
    std::string certificate;
    std::string key;
    std::string locked_key; // with a passphrase

    Identity() {
        const Owned<EVP_PKEY> pair(EVP_EC_gen("P-256"));
        const Owned<X509> made(X509_new());
        ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
        X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
        X509_set_pubkey(made.get(), pair.get());
        REQUIRE(X509_sign(made.get(), pair.get(), EVP_sha256()) != 0);
        const Owned<BIO> out(BIO_new(BIO_s_mem()));
        PEM_write_bio_X509(out.get(), made.get());
        certificate = drain(out.get());
        PEM_write_bio_PrivateKey(out.get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
        key = drain(out.get());
        constexpr unsigned char phrase[] = "phrase";
        PEM_write_bio_PrivateKey(
            out.get(), pair.get(), EVP_aes_128_cbc(), phrase, sizeof phrase - 1, nullptr, nullptr
        );
        locked_key = drain(out.get());
    }
};

// "CODE: detail", or the chain that came out.
std::string fetch(PemSource certificate, PemSource key) {
    CredentialSpec spec;
    spec.name = "robot";
    spec.certificate = std::move(certificate);
    spec.key = std::move(key);
    CredentialStore store({spec});
    const auto credential = store.get("robot");
    if (credential) return std::get<ClientCertificate>((*credential)->proof).chain;
    return std::string(to_string(credential.error().code())) + ": " +
           std::string(credential.error().detail());
}

} // namespace

TEST_CASE("client certificate: from files and from variables", "[credentials]") {
    const Identity identity;
    const Scratch scratch;
    const FromFile certificate{scratch.file("c", identity.certificate, 0644)};
    const FromFile key{scratch.file("k", identity.key)};
    CHECK(fetch(certificate, key) == identity.certificate);
    const FromFile both{scratch.file("both", identity.key + identity.certificate)};
    CHECK(fetch(both, both) == identity.key + identity.certificate);
    setenv("RDPSWEEP_TEST_PEM", identity.key.c_str(), 1);
    CHECK(fetch(certificate, FromEnvironment{"RDPSWEEP_TEST_PEM"}) == identity.certificate);
    (void)scratch.file("cert-of-unit", identity.certificate, 0440);
    (void)scratch.file("key-of-unit", identity.key, 0400);
    setenv("CREDENTIALS_DIRECTORY", scratch.path("").c_str(), 1);
    CHECK(fetch(FromSystemd{"cert-of-unit"}, FromSystemd{"key-of-unit"}) == identity.certificate);
    unsetenv("CREDENTIALS_DIRECTORY");
    unsetenv("RDPSWEEP_TEST_PEM");
}

TEST_CASE(
    "client certificate: what cannot be used is said before the first packet", "[credentials]"
) {
    const Identity identity;
    const Identity other;
    const Scratch scratch;
    const FromFile certificate{scratch.file("c", identity.certificate)};
    const auto with_key = [&](const std::string& text, mode_t mode = 0600) {
        return fetch(certificate, FromFile{scratch.file("k", text, mode)});
    };
    CHECK_THAT(with_key(identity.key, 0640), Catch::Contains("open to other users"));
    CHECK_THAT(with_key(other.key), Catch::Contains("does not belong to the client certificate"));
    CHECK_THAT(with_key(identity.locked_key), Catch::Contains("the key of the client certificate"));
    CHECK_THAT(with_key("x"), Catch::StartsWith("malformed_output: credential robot: the key"));
    CHECK_THAT(with_key(""), Catch::Contains("is empty"));
    CHECK_THAT(
        fetch(FromFile{scratch.file("g", "garbage")}, FromFile{scratch.file("k", identity.key)}),
        Catch::Contains("the client certificate cannot be read")
    );
    CHECK_THAT(
        fetch(FromFile{scratch.path("none")}, FromFile{scratch.path("none")}),
        Catch::StartsWith("name_not_found: ")
    );
}

TEST_CASE("client certificate: in an inventory", "[inventory]") {
    const auto read = [](const std::string& credential, const std::string& winrm) {
        return read_inventory(
            read_yaml,
            "version: 1\ncredentials: { robot: " + credential +
                " }\ntargets: [ { name: a, address: b, credential: robot, winrm: " + winrm +
                " } ]\n",
            "fleet.yaml"
        );
    };
    const std::string good = "{ certificate: { file: c.pem }, key: { env: KEY } }";
    const auto result = read(good, "{ auth: certificate, tls: { post_handshake_auth: true } }");
    CAPTURE(result.complaints());
    REQUIRE(result.problems.empty());
    const auto& spec = result.inventory.credentials.at(0);
    CHECK(std::get<FromFile>(spec.certificate).path == "/etc/fleet/c.pem");
    CHECK(std::get<FromEnvironment>(spec.key).variable == "KEY");
    const auto handed =
        read("{ certificate: { systemd: cert }, key: { systemd: key } }", "{ auth: certificate }");
    REQUIRE(handed.problems.empty());
    CHECK(std::get<FromSystemd>(handed.inventory.credentials.at(0).key).name == "key");
    CHECK(describe(spec) == "client certificate");
    const auto& target = result.inventory.targets.at(0);
    CHECK(target.winrm.auth == WinRmAuth::certificate);
    CHECK(target.winrm.post_handshake_auth);
    CHECK_FALSE(WinRmOptions().post_handshake_auth);

    const std::string plain = "{ auth: certificate }";
    CHECK_THAT(
        read("{ certificate: { file: c.pem } }", plain).complaint(),
        Catch::Contains("needs both certificate and key")
    );
    CHECK_THAT(
        read("{ certificate: { file: c }, key: { file: k }, kerberos: true }", plain).complaint(),
        Catch::Contains("has a certificate and another proof")
    );
    CHECK_THAT(
        read("{ certificate: { file: c, env: C }, key: { file: k } }", plain).complaint(),
        Catch::Contains("exactly one source")
    );
    CHECK_THAT(
        read(good, "{ auth: certificate, scheme: http }").complaint(),
        Catch::Contains("cannot show a client certificate over HTTP")
    );
}
