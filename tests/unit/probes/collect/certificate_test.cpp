// Tests of the certificate reader.
#include "core/digest.hpp"
#include "probes/collect/certificate.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/probes/collect/make_certificate.hpp"

#include <openssl/err.h>

using namespace rdpsweep;

namespace {

Certificate parsed(const CertificateShape& shape) {
    auto certificate = parse_certificate(make_certificate(shape));
    REQUIRE(certificate);
    return *std::move(certificate);
}

} // namespace

TEST_CASE("certificate: the kind Windows makes for RDP", "[collect]") {
    const std::string der = make_certificate();
    const auto certificate = parse_certificate(der);
    REQUIRE(certificate);
    CHECK(certificate->sha256 == sha256_hex(der));
    CHECK(certificate->thumbprint.size() == 40);
    CHECK(certificate->subject == "CN=HOST01");
    CHECK(certificate->issuer == "CN=HOST01");
    CHECK(certificate->not_before == 1'780'000'000);
    CHECK(certificate->not_after == 1'795'811'200);
    CHECK(certificate->key_type == "RSA");
    CHECK(certificate->key_bits == 2048);
    CHECK(certificate->signature_hash == "SHA256");
    CHECK(certificate->self_issued);
    CHECK(is_self_signed(*certificate, der));
    CHECK(certificate->server_auth);
    CHECK_FALSE(certificate->remote_desktop_auth);
    CHECK(certificate->dns_names == std::vector<std::string>{"HOST01"});
}

TEST_CASE("certificate: same names with a foreign signature are not self-signed", "[collect]") {
    CertificateShape shape;
    shape.foreign_signature = true;
    const auto foreign = make_certificate(shape);
    CHECK(parsed(shape).self_issued);
    CHECK_FALSE(is_self_signed(*parse_certificate(foreign), foreign));
    shape.foreign_signature = false;
    shape.issuer_cn = "Example CA";
    CHECK_FALSE(parsed(shape).self_issued);
    const auto issued = make_certificate(shape);
    CHECK_FALSE(is_self_signed(*parse_certificate(issued), issued));
    CHECK_FALSE(is_self_signed(*parse_certificate(make_certificate()), "no certificate"));
    CHECK_FALSE(is_self_signed(*parse_certificate(make_certificate()), ""));
}

namespace {

HandshakeFacts served(const std::string& der) {
    HandshakeFacts handshake;
    handshake.certificate_der = der;
    return handshake;
}

// Its blob holds der; what is said to have been read of it is told apart by its subject.
StoredCertificate in_store(const std::string& der, const std::string& subject) {
    StoredCertificate stored;
    stored.blob = blob_property(32, der);
    stored.parsed = Certificate{};
    stored.parsed->subject = subject;
    return stored;
}

} // namespace

TEST_CASE("certificate: what was read once of a host is not parsed again", "[collect]") {
    CertificateShape shape;
    const auto one = make_certificate(shape);
    shape.subject_cn = shape.issuer_cn = "HOST02";
    const auto two = make_certificate(shape);
    Facts facts;
    facts.rdp_certificate.value.emplace();
    auto& certificates = *facts.rdp_certificate.value;
    certificates.store = {in_store(two, "of the store"), in_store(one.substr(1), "a part")};
    // The DER lies in it, but not as its certificate.
    certificates.store.push_back(in_store(two, "beside"));
    certificates.store.back().blob += blob_property(99, one);
    facts.handshakes.value.emplace(
        {served(one), served(two), served(one), served("damaged"), served("")}
    );
    parse_served(facts);
    const auto& handshakes = *facts.handshakes;
    CHECK(handshakes[0].certificate->subject == "CN=HOST01");
    CHECK(handshakes[1].certificate->subject == "of the store");
    CHECK(handshakes[2].certificate->subject == "CN=HOST01");
    CHECK_FALSE(handshakes[3].certificate);
    CHECK_FALSE(handshakes[4].certificate);

    certificates.my_match = in_store(one, "of My");
    facts.handshakes.value.emplace({served(one), served(one)});
    facts.handshakes.value->front().certificate = Certificate{};
    facts.handshakes.value->front().certificate->subject = "of a handshake";
    parse_served(facts);
    CHECK(facts.handshakes->at(1).certificate->subject == "of a handshake");
    facts.handshakes.value.emplace({served(one)});
    parse_served(facts);
    CHECK(facts.handshakes->at(0).certificate->subject == "of My");
    // One that was not read in the store is not known by it.
    certificates.my_match->parsed.reset();
    facts.handshakes.value.emplace({served(one)});
    parse_served(facts);
    CHECK(facts.handshakes->at(0).certificate->subject == "CN=HOST01");
}

TEST_CASE("certificate: purposes", "[collect]") {
    CertificateShape shape;
    shape.usage = "";
    CHECK(parsed(shape).server_auth);
    shape.usage = "clientAuth";
    CHECK_FALSE(parsed(shape).server_auth);
    shape.usage = "clientAuth,1.3.6.1.4.1.311.54.1.2";
    CHECK_FALSE(parsed(shape).server_auth);
    CHECK(parsed(shape).remote_desktop_auth);
}

TEST_CASE("certificate: names, keys and hashes", "[collect]") {
    CertificateShape shape;
    shape.alternative_names = "DNS:a.example,IP:10.0.0.1,DNS:b.example";
    shape.ec_key = true;
    shape.sha1 = true;
    shape.subject_cn = "M\xC3\xBCnchen, 1";
    const Certificate certificate = parsed(shape);
    CHECK(certificate.dns_names == std::vector<std::string>{"a.example", "b.example"});
    CHECK(certificate.key_type == "EC");
    CHECK(certificate.key_bits == 256);
    CHECK(certificate.signature_hash == "SHA1");
    CHECK(certificate.subject == "CN=M\xC3\xBCnchen\\, 1");
}

TEST_CASE("certificate: a key that no server in TLS has is read all the same", "[collect]") {
    CertificateShape shape;
    shape.exchange_key = true;
    const Certificate certificate = parsed(shape);
    CHECK(certificate.key_type == "X25519");
    CHECK(certificate.key_bits == 253);
    CHECK(certificate.self_issued);
    CHECK_FALSE(is_self_signed(certificate, make_certificate(shape)));
}

TEST_CASE("certificate: anything else is refused and leaves no trace", "[collect]") {
    const std::string der = make_certificate();
    for (std::size_t size = 0; size < der.size(); size += 7) {
        const auto certificate = parse_certificate(std::string_view(der).substr(0, size));
        REQUIRE_FALSE(certificate);
        CHECK(certificate.error().code() == Errc::malformed_output);
    }
    CHECK_FALSE(parse_certificate(der + "x"));
    const auto huge = parse_certificate(std::string(max_certificate_bytes + 1, '0'));
    REQUIRE_FALSE(huge);
    CHECK(huge.error().code() == Errc::output_limit);
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("certificate: a flipped byte never crashes the reader", "[collect]") {
    const std::string der = make_certificate();
    for (std::size_t i = 0; i < der.size(); ++i) {
        std::string damaged = der;
        damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
        const auto certificate = parse_certificate(damaged);
        if (certificate) CHECK(certificate->thumbprint.size() == 40);
    }
}
