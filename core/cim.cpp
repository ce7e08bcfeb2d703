// Which CIM questions only read.
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

} // namespace

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
