// Tests of the store blob reader.
#include "probes/collect/cert_blob.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/probes/collect/make_certificate.hpp"

using namespace rdpsweep;

namespace {

const std::string capi = "Microsoft Enhanced Cryptographic Provider v1.0";

} // namespace

TEST_CASE("cert_blob: certificate and key provider", "[collect]") {
    const auto blob = parse_cert_blob(
        blob_property(3, std::string(20, 'x')) +
        blob_property(2, key_provider_info("TSSecKeySet1", capi, 1)) + blob_property(32, "DER") +
        blob_property(99, "")
    );
    REQUIRE(blob);
    CHECK(blob->der == "DER");
    REQUIRE(blob->provider);
    CHECK(blob->provider->container == "TSSecKeySet1");
    CHECK(blob->provider->name == capi);
    CHECK(blob->provider->type == 1);
    CHECK(blob->provider->flags == 0x20);
    CHECK(blob->provider_error.empty());
}

TEST_CASE("cert_blob: a certificate without a key provider is one", "[collect]") {
    const auto blob = parse_cert_blob(blob_property(32, "DER"));
    REQUIRE(blob);
    CHECK_FALSE(blob->provider);
    CHECK(blob->provider_error.empty());
}

TEST_CASE("cert_blob: a bad key provider does not hide the certificate", "[collect]") {
    const std::string good = key_provider_info("TSSecKeySet1", capi, 1);
    const std::vector<std::string> bad{
        "",
        good.substr(0, 27),
        u32le(0xFFFFFFFF) + good.substr(4),
        u32le(static_cast<std::uint32_t>(good.size())) + good.substr(4),
        u32le(4) + good.substr(4),
        good.substr(0, good.size() - 2), // no terminator
        good.substr(0, good.size() - 1), // half a terminator
    };
    for (const std::string& info : bad) {
        const auto blob = parse_cert_blob(blob_property(2, info) + blob_property(32, "DER"));
        REQUIRE(blob);
        CHECK_FALSE(blob->provider);
        CHECK_FALSE(blob->provider_error.empty());
    }
}

TEST_CASE("cert_blob: damaged lists are refused", "[collect]") {
    const std::string good = blob_property(3, std::string(20, 'x')) + blob_property(32, "DER");
    for (std::size_t size = 0; size < good.size(); ++size) {
        CHECK_FALSE(parse_cert_blob(std::string_view(good).substr(0, size)));
    }
    CHECK_FALSE(parse_cert_blob(good + "x"));
    CHECK_FALSE(parse_cert_blob(good + blob_property(32, "DER")));
    CHECK_FALSE(parse_cert_blob(u32le(32) + u32le(1) + u32le(0xFFFFFFFF) + "DER"));
    const auto huge = parse_cert_blob(std::string(max_cert_blob_bytes + 1, '\0'));
    REQUIRE_FALSE(huge);
    CHECK(huge.error().code() == Errc::output_limit);
}
