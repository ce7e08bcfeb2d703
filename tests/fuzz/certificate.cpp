// A registry store blob and the certificate in it, against what OpenSSL says of the same bytes.
#include "probes/collect/certificate.hpp"

#include "core/facts.hpp"
#include "core/text.hpp"
#include "probes/collect/cert_blob.hpp"
#include "tests/fuzz/target.hpp"

#include <openssl/x509.h>

#include <algorithm>

namespace {

// A second reader: the whole of the bytes is one certificate.
bool openssl_reads(std::string_view der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const auto* begin = at;
    X509* read = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
    if (read == nullptr) return false;
    X509_free(read);
    return static_cast<std::size_t>(at - begin) == der.size();
}

bool is_lower_hex(std::string_view text, std::size_t digits) {
    return text.size() == digits &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Writes a blob with nothing but the certificate.
std::string blob_of(const std::string& der) {
    std::string blob{'\x20', 0, 0, 0, 1, 0, 0, 0};
    for (int shift = 0; shift < 32; shift += 8)
        blob += static_cast<char>(der.size() >> shift & 0xff);
    return blob + der;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto blob = rdpsweep::parse_cert_blob(bytes);
    if (blob) {
        must(bytes.find(blob->der) != std::string_view::npos, "the DER is a part of the blob");
        const auto again = rdpsweep::parse_cert_blob(blob_of(blob->der));
        must(again && again->der == blob->der && !again->provider, "read, write, read");
    }
    const auto der = blob ? std::string_view(blob->der) : bytes;
    const auto certificate = rdpsweep::parse_certificate(der);
    rdpsweep::Facts facts;
    facts.handshakes.value.emplace(1).front().certificate_der = std::string(der);
    rdpsweep::parse_served(facts);
    const auto& served = facts.handshakes->front().certificate;
    must(served.has_value() == certificate.has_value(), "what is served is read alike");
    if (!certificate) return 0;
    must(served->thumbprint == certificate->thumbprint, "and is the same");
    must(openssl_reads(der), "OpenSSL reads it, too");
    must(is_lower_hex(certificate->thumbprint, 40), "a thumbprint is 40 digits");
    must(certificate->sha256 == rdpsweep::sha256_hex(der), "and the other is its SHA-256");
    if (rdpsweep::is_self_signed(*certificate, der))
        must(certificate->subject == certificate->issuer, "self-signed: one name");
    return 0;
}
