// Codes with their names and meanings.
#include "probes/reading/status_codes.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>

using namespace rdpsweep;

TEST_CASE("status codes: names and meanings", "[rule]") {
    const std::array<std::pair<const char*, const char*>, 12> words{{
        {"0x8009000B", "0x8009000B NTE_BAD_KEY_STATE (the key is there and cannot be decrypted)"},
        {"8009000b", "8009000b NTE_BAD_KEY_STATE (the key is there and cannot be decrypted)"},
        {"2148073483", "2148073483 NTE_BAD_KEY_STATE (the key is there and cannot be decrypted)"},
        {"0x80090016", "0x80090016 NTE_BAD_KEYSET (the key was not found or not opened)"},
        {"0x8009000f", "0x8009000f NTE_EXISTS (a key of that name is there already)"},
        {"0x8009030d", "0x8009030d SEC_E_UNKNOWN_CREDENTIALS (the key could not be used)"},
        {"0x5", "0x5 ERROR_ACCESS_DENIED (access was refused)"},
        {"0x00000005", "0x00000005 ERROR_ACCESS_DENIED (access was refused)"},
        {"112", "112 ERROR_DISK_FULL (the disk is full)"},
        {"0x123", "0x123"},
        {"70", "70"}, // decimal: not 0x70
        {"no code", "no code"},
    }};
    for (const auto& [code, expected] : words)
        CHECK(status_in_words(code) == expected);
    CHECK(named_status("0x80090010") == "0x80090010 NTE_PERM");
    CHECK(named_status("0x99") == "0x99");
}

TEST_CASE("status codes: an event's binary part has the lowest byte first", "[rule]") {
    CHECK(status_of_binary("05000000") == "0x5");
    CHECK(status_of_binary("0f000980") == "0x8009000f");
    CHECK(status_of_binary("0F000980") == "0x8009000f");
    CHECK(status_of_binary("00000000") == "0x0");
    CHECK(status_of_binary("") == "");
    CHECK(status_of_binary("050000") == "");
    CHECK(status_of_binary("0500000000") == "");
    CHECK(status_of_binary("zz000000") == "");
}

TEST_CASE("status codes: which key state is which", "[rule]") {
    CHECK(is_bad_key_state("0x8009000B"));
    CHECK(is_bad_key_state("2148073483"));
    CHECK_FALSE(is_bad_key_state("0x80090016"));
    CHECK_FALSE(is_bad_key_state(""));
}

TEST_CASE("status codes: refused negotiations and TLS alerts", "[rule]") {
    CHECK(named_refusal(3) == "3 SSL_CERT_NOT_ON_SERVER");
    CHECK(named_refusal(5) == "5 HYBRID_REQUIRED_BY_SERVER");
    CHECK(named_refusal(99) == "99");
    CHECK(named_alert(40) == "40 handshake_failure");
    CHECK(named_alert(80) == "80 internal_error");
    CHECK(named_alert(255) == "255");
    const std::array<std::pair<std::uint32_t, const char*>, 8> alerts{{
        {10, "10 unexpected_message"},
        {20, "20 bad_record_mac"},
        {47, "47 illegal_parameter"},
        {50, "50 decode_error"},
        {51, "51 decrypt_error"},
        {70, "70 protocol_version"},
        {71, "71 insufficient_security"},
        {86, "86 inappropriate_fallback"},
    }};
    for (const auto& [alert, expected] : alerts) {
        CHECK(named_alert(alert) == expected);
        CHECK(named_alert(alert + 1000) == std::to_string(alert + 1000));
    }
}
