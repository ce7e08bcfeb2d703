// A collector's view of a state while it writes the groups of facts/1.
#pragma once

#include "tests/simfleet/windows/state.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simfleet {

// Codes as the collector prints them for an access that is denied: .NET's UnauthorizedAccess- and
// SecurityException, WBEM_E_ACCESS_DENIED; and .NET's for an error of no kind.
inline constexpr std::string_view access_denied_code = "0x80070005";
inline constexpr std::string_view registry_denied_code = "0x8013150a";
inline constexpr std::string_view wmi_denied_code = "0x80041003";
inline constexpr std::string_view generic_failure_code = "0x80131501";

// Returns what .NET, WMI and the event log say when they refuse, as the collector prints it.
std::string_view code_of(const AccessLimit& limit);

struct FactsReader {
    const State& state;
    std::int64_t now; // the true time
    bool handshake = true;
    nlohmann::json unread = nlohmann::json::array();

    // Whether the limit on a resource keeps the collector out; if so, pointer is listed as unread.
    bool kept_out(std::string_view resource, const std::string& pointer);

    // The same for reading a registry key: a limit on the key or on one above it counts.
    bool key_closed(std::string_view path, const std::string& pointer);

    void add_unread(const std::string& pointer, std::string_view why, std::string_view code);
};

// object[key] = value, when there is one.
template <class T>
void put(nlohmann::json& object, const char* key, const std::optional<T>& value) {
    if (value) object[key] = *value;
}

// Each returns the group's JSON; a null when the group as a whole could not be read.
nlohmann::json listener_facts(FactsReader& reader); // facts_listener.cpp
nlohmann::json security_facts(FactsReader& reader);
nlohmann::json schannel_facts(FactsReader& reader);    // facts_schannel.cpp
nlohmann::json certificate_facts(FactsReader& reader); // facts_keys.cpp
nlohmann::json key_facts(FactsReader& reader);

} // namespace simfleet
