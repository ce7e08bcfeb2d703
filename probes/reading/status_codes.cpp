// The codes of winerror.h that stand in Schannel's, TermService's and the audit's events; the
// reasons of MS-RDPBCGR 2.2.1.2.2; the alerts of RFC 8446, 6.
#include "probes/reading/status_codes.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace rdpsweep {

namespace {

struct Status {
    std::uint32_t code;
    std::string_view name;
    std::string_view meaning;
};

constexpr std::uint32_t bad_key_state = 0x8009000b;

constexpr std::array statuses{
    Status{0x00000005, "ERROR_ACCESS_DENIED", "access was refused"},
    Status{0x00000070, "ERROR_DISK_FULL", "the disk is full"},
    Status{0x80070002, "ERROR_FILE_NOT_FOUND", "the file was not found"},
    Status{0x80070005, "E_ACCESSDENIED", "access was refused"},
    Status{0x80070070, "ERROR_DISK_FULL", "the disk is full"},
    Status{0x800706ba, "RPC_S_SERVER_UNAVAILABLE", "a service that is needed does not answer"},
    Status{0x80090003, "NTE_BAD_KEY", "the key is no good"},
    Status{bad_key_state, "NTE_BAD_KEY_STATE", "the key is there and cannot be decrypted"},
    Status{0x8009000f, "NTE_EXISTS", "a key of that name is there already"},
    Status{0x80090010, "NTE_PERM", "access to the key was refused"},
    Status{0x80090016, "NTE_BAD_KEYSET", "the key was not found or not opened"},
    Status{0x80090304, "SEC_E_INTERNAL_ERROR", "the Local Security Authority was not reached"},
    Status{0x8009030d, "SEC_E_UNKNOWN_CREDENTIALS", "the key could not be used"},
    Status{0x80090331, "SEC_E_ALGORITHM_MISMATCH", "client and server share no algorithm"},
    Status{0x80092004, "CRYPT_E_NOT_FOUND", "the certificate or its property was not found"},
};

constexpr std::array refusals{
    Status{1, "SSL_REQUIRED_BY_SERVER", ""},
    Status{2, "SSL_NOT_ALLOWED_BY_SERVER", ""},
    Status{3, "SSL_CERT_NOT_ON_SERVER", ""},
    Status{4, "INCONSISTENT_FLAGS", ""},
    Status{5, "HYBRID_REQUIRED_BY_SERVER", ""},
    Status{6, "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER", ""},
};

constexpr std::array alerts{
    Status{10, "unexpected_message", ""},
    Status{20, "bad_record_mac", ""},
    Status{40, "handshake_failure", ""},
    Status{47, "illegal_parameter", ""},
    Status{50, "decode_error", ""},
    Status{51, "decrypt_error", ""},
    Status{70, "protocol_version", ""},
    Status{71, "insufficient_security", ""},
    Status{80, "internal_error", ""},
    Status{86, "inappropriate_fallback", ""},
};

template <class Table>
const Status* find(const Table& table, std::uint32_t code) {
    const auto* found = std::find_if(table.begin(), table.end(), [&](const Status& known) {
        return known.code == code;
    });
    return found == table.end() ? nullptr : found;
}

std::optional<std::uint32_t> number(std::string_view digits, int base) {
    std::uint32_t value = 0;
    const auto* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value, base);
    if (digits.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return value;
}

std::optional<std::uint32_t> number_of(std::string_view code) {
    constexpr std::size_t digits_of_hresult = 8;
    const std::string lower = ascii_lower(trim(code));
    if (lower.starts_with("0x")) return number(std::string_view(lower).substr(2), 16);
    return number(lower, lower.size() == digits_of_hresult ? 16 : 10);
}

const Status* status_of(std::string_view code) {
    const auto value = number_of(code);
    return value ? find(statuses, *value) : nullptr;
}

template <class Table>
std::string named(const Table& table, std::uint32_t code) {
    const Status* known = find(table, code);
    return std::to_string(code) + (known == nullptr ? "" : " " + std::string(known->name));
}

} // namespace

std::string named_status(std::string_view code) {
    const Status* known = status_of(code);
    return std::string(code) + (known == nullptr ? "" : " " + std::string(known->name));
}

std::string status_in_words(std::string_view code) {
    const Status* known = status_of(code);
    const std::string meaning = known == nullptr ? "" : " (" + std::string(known->meaning) + ")";
    return named_status(code) + meaning;
}

std::string status_of_binary(std::string_view hex_bytes) {
    constexpr std::size_t digits = 8;
    if (hex_bytes.size() != digits) return "";
    std::string code;
    for (std::size_t at = digits; at != 0; at -= 2)
        code += hex_bytes.substr(at - 2, 2);
    if (!number(code, 16)) return "";
    const auto first = std::min(code.find_first_not_of('0'), digits - 1);
    return "0x" + ascii_lower(code.substr(first));
}

bool is_bad_key_state(std::string_view code) {
    return number_of(code) == bad_key_state;
}

std::string named_refusal(std::uint32_t code) {
    return named(refusals, code);
}

std::string named_alert(std::uint32_t alert) {
    return named(alerts, alert);
}

} // namespace rdpsweep
