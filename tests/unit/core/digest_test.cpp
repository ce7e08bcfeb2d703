#include "core/digest.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

TEST_CASE("crc32 and sha256: published check values", "[digest]") {
    CHECK(crc32("123456789") == 0xCBF43926u); // the check value of CRC-32/ISO-HDLC
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("random_guid: shape and difference", "[digest]") {
    const auto guid = random_guid();
    REQUIRE(guid.size() == 36);
    CHECK(guid[14] == '4');
    CHECK(std::string("89AB").find(guid[19]) != std::string::npos);
    CHECK(guid.find_first_not_of("0123456789ABCDEF-") == std::string::npos);
    CHECK(guid != random_guid());
}
