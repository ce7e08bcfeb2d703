// Tests of key-file names against names seen on real machines.
#include "probes/collect/key_file_name.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace rdpsweep;

TEST_CASE("key_file_name: CAPI containers", "[collect]") {
    CHECK(capi_key_file_prefix("TSSecKeySet1") == "f686aace6942fb7f7ceb231212eef4a4");
    CHECK(capi_key_file_prefix("iisConfigurationKey") == "6de9cb26d2b98c01ec4e9e8b34824aa2");
    CHECK(
        capi_key_file_prefix("NetFrameworkConfigurationKey") == "d6d986f09a1ee04e24c949879fdb506c"
    );
    CHECK(capi_key_file_prefix("iisWasKey") == "76944fb33636aeddb9590521c2e8815a");
    CHECK(
        capi_key_file_prefix("Microsoft Internet Information Server") ==
        "c2319c42033a5ca7f44e731bfd3fa2b5"
    );
    CHECK(capi_key_file_prefix("MS IIS DCOM Server") == "7a436fe806e483969f48a894af2fe9a1");
    CHECK(
        capi_key_file_prefix("WMSvc Certificate Key Container") ==
        "bedbf0b4da5f8061b6444baedf4c00b1"
    );
}

TEST_CASE("key_file_name: CNG containers", "[collect]") {
    CHECK(
        cng_key_file_prefix("le-SuperAdmin-5e350d8e-ae46-458c-bac0-d8f3279c944e") ==
        "c0a496c6786f0d25e8624fee96e4e580"
    );
    CHECK(cng_key_file_prefix("certificate-DC01-CA").starts_with("6f761f351ca79dc7b0ee"));
}

TEST_CASE("key_file_name: case does not matter, spaces do", "[collect]") {
    CHECK(capi_key_file_prefix("tsseckeyset1") == capi_key_file_prefix("TSSECKEYSET1"));
    CHECK(capi_key_file_prefix("TSSecKeySet1 ") != capi_key_file_prefix("TSSecKeySet1"));
}

TEST_CASE("key_file_name: names that cannot be computed are empty", "[collect]") {
    const std::string guid = "4e4f1d5b-0000-4000-8000-00000000abcd";
    CHECK(capi_key_file_prefix("").empty());
    CHECK(capi_key_file_prefix("Schl\xC3\xBCssel").empty());
    CHECK(cng_key_file_prefix(std::string("a\0b", 3)).empty());
    CHECK(rdp_key_file_name("").empty());
    CHECK(rdp_key_file_name(guid) == "f686aace6942fb7f7ceb231212eef4a4_" + guid);
    KeyProvider provider{1, "TSSecKeySet1", "Microsoft Enhanced Cryptographic Provider v1.0", 0x20};
    CHECK(key_file_name(provider, guid) == rdp_key_file_name(guid));
    CHECK(key_file_name(provider, "").empty());
    provider.name = "Microsoft Base Smart Card Crypto Provider";
    CHECK(key_file_name(provider, guid).empty());
    provider.name = "Luna Cryptographic Services";
    CHECK(key_file_name(provider, guid).empty());
}

TEST_CASE("key_file_name: a CNG key is in a file only with the software provider", "[collect]") {
    KeyProvider provider{0, "certificate-DC01-CA", "Microsoft Software Key Storage Provider", 0x20};
    CHECK(key_file_name(provider, "g").starts_with("6f761f351ca79dc7b0ee"));
    CHECK(key_file_name(provider, "g").ends_with("_g"));
    provider.name = "Microsoft Platform Crypto Provider";
    CHECK(key_file_name(provider, "g").empty());
}

// Computed with another program: MD5 of "tsseckeyset<n>" and its zero, in little-endian dwords.
TEST_CASE("key_file_name: RDP's nine containers", "[collect]") {
    const std::vector<std::string> prefixes{
        "f686aace6942fb7f7ceb231212eef4a4",
        "d86b1e848570377d7cb27ddc5de661b0",
        "7215b202ff2cf52c0ac38e6346ef075f",
        "aae70b261fbca7796d1f2beb55988d6b",
        "eddb3aadf119c896de06c2b210bb5d14",
        "863dffb70050c530155a17133e608443",
        "c8c814229270848c5691fe23e04cae82",
        "101d0734242b3590c6f2e618c0bdb122",
        "5e9f1fbff37f710a4c62eba3679640e9",
    };
    const auto names = rdp_key_file_names("g");
    REQUIRE(names.size() == prefixes.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        CHECK(names[i] == prefixes[i] + "_g");
        CHECK(is_rdp_key_file(prefixes[i] + "_another-machine"));
        CHECK(is_rdp_container("TSSECKEYSET" + std::to_string(i + 1)));
    }
    CHECK(rdp_key_file_names("").empty());
    CHECK_FALSE(is_rdp_key_file(prefixes[0]));
    CHECK_FALSE(is_rdp_key_file("6de9cb26d2b98c01ec4e9e8b34824aa2_g"));
    for (const char* other : {"TSSecKeySet0", "TSSecKeySet", "TSSecKeySet10", "TSSecKeyset-", ""})
        CHECK_FALSE(is_rdp_container(other));
}
