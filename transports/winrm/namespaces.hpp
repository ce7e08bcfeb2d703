// XML namespaces of WS-Management (MS-WSMV 2.2.1).
#pragma once

#include <string_view>

namespace rdpsweep::winrm::ns {

inline constexpr std::string_view soap = "http://www.w3.org/2003/05/soap-envelope";
inline constexpr std::string_view addressing = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
inline constexpr std::string_view wsman = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd";
inline constexpr std::string_view wsmv = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd";
inline constexpr std::string_view transfer = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
inline constexpr std::string_view shell = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";
inline constexpr std::string_view fault = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault";
inline constexpr std::string_view cmd_shell =
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd";
inline constexpr std::string_view enumeration = "http://schemas.xmlsoap.org/ws/2004/09/enumeration";
inline constexpr std::string_view wmi = "http://schemas.microsoft.com/wbem/wsman/1/wmi";
inline constexpr std::string_view wql = "http://schemas.microsoft.com/wbem/wsman/1/WQL";
inline constexpr std::string_view instance = "http://www.w3.org/2001/XMLSchema-instance";
inline constexpr std::string_view anonymous =
    "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";

} // namespace rdpsweep::winrm::ns
