// The healthy Windows: descriptors as published, certificates that are real.
#include "tests/simfleet/rdp/loopback.hpp"
#include "tests/simfleet/windows/paths.hpp"
#include "tests/simfleet/windows/windows.hpp"
#include "tests/support/catch.hpp"

#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

using namespace simfleet;

namespace {

constexpr std::int64_t today = 1'790'000'000;

Machine machine_of(std::uint32_t build) {
    Blueprint plan;
    plan.host = "SQL-00007";
    plan.build = build;
    plan.seed = 42;
    plan.now = today;
    return Machine(plan);
}

struct Free {
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};

std::unique_ptr<X509, Free> parse(const std::string& der) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    return std::unique_ptr<X509, Free>(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
}

std::string own_blob(const Machine& machine) {
    const auto path = std::string(paths::rd_certificates) + '\\' + machine.own_thumbprint();
    return machine.state.registry.binary(path, "Blob").value_or("");
}

} // namespace

TEST_CASE("simfleet windows: key containers have the files Windows gives them", "[simfleet]") {
    CHECK(capi_file_name("TSSecKeySet1") == "f686aace6942fb7f7ceb231212eef4a4");
    CHECK(capi_file_name("iisConfigurationKey") == "6de9cb26d2b98c01ec4e9e8b34824aa2");
    CHECK(capi_file_name("MS IIS DCOM Server") == "7a436fe806e483969f48a894af2fe9a1");
    CHECK(
        cng_file_name("le-SuperAdmin-5e350d8e-ae46-458c-bac0-d8f3279c944e") ==
        "c0a496c6786f0d25e8624fee96e4e580"
    );
    CHECK(cng_file_name("certificate-DC01-CA").starts_with("6f761f351ca79dc7b0ee"));
}

TEST_CASE("simfleet windows: descriptors are those published for healthy hosts", "[simfleet]") {
    CHECK(healthy_folder_sddl() == "O:SYG:SYD:PAI(A;;0x12019f;;;WD)(A;;FA;;;BA)");
    CHECK(healthy_key_sddl(14393) == "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)(A;;FR;;;BA)");
    CHECK(
        healthy_key_sddl(17763) ==
        "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)"
        "(A;;FA;;;S-1-5-80-4022436659-1090538466-1613889075-870485073-3428993833)"
    );
    const auto machine = machine_of(17763);
    CHECK(machine.state.file(machine.key_path())->sddl == healthy_key_sddl(17763));
    CHECK(machine.state.file(paths::machine_keys)->sddl == healthy_folder_sddl());
}

TEST_CASE("simfleet windows: its own certificate has the healthy shape", "[simfleet]") {
    const auto machine = machine_of(17763);
    const auto content = read_blob(own_blob(machine));
    REQUIRE(content);
    REQUIRE(content->provider);
    CHECK(content->provider->container == "TSSecKeySet1");
    CHECK(content->provider->type == 1);
    CHECK(content->provider->flags == 0x20);

    const auto certificate = parse(content->der);
    REQUIRE(certificate);
    CHECK(X509_get_version(certificate.get()) == X509_VERSION_3);
    CHECK(X509_verify(certificate.get(), X509_get0_pubkey(certificate.get())) == 1);
    CHECK(EVP_PKEY_get_bits(X509_get0_pubkey(certificate.get())) == 2048);
    CHECK(X509_get_signature_nid(certificate.get()) == NID_sha256WithRSAEncryption);
    CHECK(X509_get_key_usage(certificate.get()) == (KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT));
    CHECK(X509_get_extended_key_usage(certificate.get()) == XKU_SSL_SERVER);
    CHECK(X509_get_ext_count(certificate.get()) == 2);

    int days = 0;
    int seconds = 0;
    const auto* from = X509_get0_notBefore(certificate.get());
    ASN1_TIME_diff(&days, &seconds, from, X509_get0_notAfter(certificate.get()));
    CHECK(days == 183);
    time_t now = today;
    CHECK(X509_cmp_time(from, &now) < 0);
    CHECK(X509_cmp_time(X509_get0_notAfter(certificate.get()), &now) > 0);
}

TEST_CASE("simfleet windows: a blob that does not add up is no certificate", "[simfleet]") {
    const auto blob = own_blob(machine_of(14393));
    REQUIRE(read_blob(blob));

    for (const std::size_t length : {0u, 3u, 11u, 40u})
        CHECK_FALSE(read_blob(blob.substr(0, length)));
    CHECK_FALSE(read_blob(blob.substr(0, blob.size() - 1)));
    CHECK_FALSE(read_blob(blob + "x"));
}

TEST_CASE("simfleet loopback: a healthy machine of any build completes", "[simfleet]") {
    const std::uint32_t build = GENERATE(7601u, 9200u, 9600u, 14393u, 17763u, 20348u, 26100u);
    CAPTURE(build);
    const auto machine = machine_of(build);
    const auto shakes = loopback_handshakes(machine.state);

    REQUIRE(shakes.size() == 1);
    CHECK(shakes[0].stage == "done");
    CHECK(shakes[0].tls == (build >= 20348 ? "1.3" : "1.2"));
    CHECK(shakes[0].thumbprint == machine.own_thumbprint());
    CHECK_FALSE(shakes[0].suite.empty());
}

TEST_CASE("simfleet loopback: the failure follows from the fault", "[simfleet]") {
    auto machine = machine_of(14393);

    SECTION("no socket") {
        machine.stop_listening();
        CHECK(loopback_handshakes(machine.state)[0].failure == "refused");
    }
    SECTION("somebody else's socket") {
        machine.listen("127.0.0.1", 3389, machine.start_process("x.exe"));
        CHECK(loopback_handshakes(machine.state)[0].failure == "not_rdp");
    }
    SECTION("a socket on another address does not matter") {
        machine.listen("10.0.0.4", 3389, machine.start_process("x.exe"));
        CHECK(loopback_handshakes(machine.state)[0].stage == "done");
    }
    SECTION("no key for NETWORK SERVICE") {
        machine.set_key_sddl("O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;BA)");
        CHECK(loopback_handshakes(machine.state)[0].failure == "reset");
        CHECK(loopback_handshakes(machine.state)[0].selected == 2u);
    }
    SECTION("no protocol") {
        for (const auto* name : {"TLS 1.0", "TLS 1.1", "TLS 1.2"})
            machine.set_protocol(name, 0, 1);
        CHECK(loopback_handshakes(machine.state)[0].stage == "tls");
    }
    SECTION("no suite for the key") {
        machine.set_suite_policy("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
        CHECK(loopback_handshakes(machine.state)[0].alert == 40u);
    }
    SECTION("TLS switched off by the listener") {
        machine.set_rdp("SecurityLayer", 0);
        CHECK(loopback_handshakes(machine.state)[0].failure_code == 2u);
    }
    SECTION("a pin without a certificate falls back to Windows' own") {
        machine.pin_thumbprint("00112233445566778899aabbccddeeff00112233");
        CHECK(loopback_handshakes(machine.state)[0].thumbprint == machine.own_thumbprint());
    }
    SECTION("a pinned certificate is served") {
        const auto pinned = machine.pin(machine.ca_shape());
        CHECK(loopback_handshakes(machine.state)[0].thumbprint == pinned);
    }
}
