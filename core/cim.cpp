// Which CIM questions only read, and the words that both of its askers know.
#include "core/cim.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep::cim {

namespace {

struct Method {
    std::string_view class_name;
    std::string_view name;
};

// Nothing that writes is here, and nothing is allowed that is not here.
constexpr std::array reading_methods{
    Method{"StdRegProv", "EnumKey"},
    Method{"StdRegProv", "EnumValues"},
    Method{"StdRegProv", "GetBinaryValue"},
    Method{"StdRegProv", "GetDWORDValue"},
    Method{"StdRegProv", "GetExpandedStringValue"},
    Method{"StdRegProv", "GetMultiStringValue"},
    Method{"StdRegProv", "GetSecurityDescriptor"},
    Method{"StdRegProv", "GetStringValue"},
    Method{"Win32_LogicalFileSecuritySetting", "GetSecurityDescriptor"},
};

// By number, from 1 on.
constexpr std::array<std::string_view, 7> service_states{
    "Stopped",
    "Start Pending",
    "Stop Pending",
    "Running",
    "Continue Pending",
    "Pause Pending",
    "Paused"};

} // namespace

std::string_view service_state(std::uint32_t number) noexcept {
    return number >= 1 && number <= service_states.size() ? service_states[number - 1]
                                                          : std::string_view();
}

std::uint32_t service_state(std::string_view word) noexcept {
    const auto found = std::find(service_states.begin(), service_states.end(), word);
    if (found == service_states.end()) return 0;
    return static_cast<std::uint32_t>(found - service_states.begin()) + 1;
}

std::size_t bytes_of(const Instance& instance) noexcept {
    std::size_t bytes = sizeof(Instance) + instance.class_name.size();
    for (const auto& [name, value] : instance.properties) {
        bytes += sizeof(instance.properties.front()) + name.size();
        for (const auto& text : value.texts)
            bytes += sizeof text + text.size();
        for (const auto& object : value.objects)
            bytes += bytes_of(object);
    }
    return bytes;
}

bool reads_only(const Request& request) noexcept {
    if (const auto* call = std::get_if<Invoke>(&request.what)) {
        return std::any_of(reading_methods.begin(), reading_methods.end(), [&](const Method& one) {
            return one.class_name == request.class_name && one.name == call->method;
        });
    }
    // WQL has no statement that writes; one of schema or events has no business here either.
    if (const auto* query = std::get_if<Query>(&request.what)) {
        return query->wql.starts_with("SELECT ");
    }
    return true;
}

} // namespace rdpsweep::cim
