// The codes of winerror.h that stand in Schannel's, TermService's and the audit's events.
#include "probes/reading/status_codes.hpp"

#include "core/text.hpp"

#include <array>
#include <utility>

namespace rdpsweep {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> names{{
    {"5", "ERROR_ACCESS_DENIED"},
    {"80070005", "E_ACCESSDENIED"},
    {"80090003", "NTE_BAD_KEY"},
    {"8009000b", "NTE_BAD_KEY_STATE"},
    {"8009000f", "NTE_EXISTS"},
    {"80090010", "NTE_PERM"},
    {"80090016", "NTE_BAD_KEYSET"},
    {"80090304", "SEC_E_INTERNAL_ERROR"},
    {"8009030d", "SEC_E_UNKNOWN_CREDENTIALS"},
}};

// Returns the digits of a hex number in lower case: "0x8009000B" is "8009000b".
std::string digits_of(std::string_view code) {
    std::string digits = ascii_lower(trim(code));
    if (digits.starts_with("0x")) digits.erase(0, 2);
    const auto first = digits.find_first_not_of('0');
    return first == std::string::npos ? std::string() : digits.substr(first);
}

} // namespace

std::string named_status(std::string_view code) {
    const std::string digits = digits_of(code);
    for (const auto& [number, name] : names) {
        if (digits == number) return std::string(code) + " " + std::string(name);
    }
    return std::string(code);
}

bool is_bad_key_state(std::string_view code) {
    return digits_of(code) == "8009000b";
}

} // namespace rdpsweep
