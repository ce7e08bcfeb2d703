// A registry store blob and the certificate in it.
#include "probes/collect/certificate.hpp"

#include "probes/collect/cert_blob.hpp"
#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto blob = rdpsweep::parse_cert_blob(bytes);
    [[maybe_unused]] const auto certificate =
        rdpsweep::parse_certificate(blob ? std::string_view(blob->der) : bytes);
    return 0;
}
