// Where Windows keeps what decides about RDP; registry paths are relative to HKLM.
#pragma once

#include <string_view>

namespace simfleet::paths {

inline constexpr std::string_view current_version =
    R"(SOFTWARE\Microsoft\Windows NT\CurrentVersion)";
inline constexpr std::string_view profile_list =
    R"(SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList)";
inline constexpr std::string_view cryptography = R"(SOFTWARE\Microsoft\Cryptography)";
inline constexpr std::string_view computer_name =
    R"(SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName)";
inline constexpr std::string_view product_options =
    R"(SYSTEM\CurrentControlSet\Control\ProductOptions)";
inline constexpr std::string_view services = R"(SYSTEM\CurrentControlSet\Services)";
inline constexpr std::string_view terminal_server =
    R"(SYSTEM\CurrentControlSet\Control\Terminal Server)";
inline constexpr std::string_view cluster_settings =
    R"(SYSTEM\CurrentControlSet\Control\Terminal Server\ClusterSettings)";
inline constexpr std::string_view win_stations =
    R"(SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations)";
inline constexpr std::string_view rdp_tcp =
    R"(SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp)";
inline constexpr std::string_view ts_policy =
    R"(SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services)";
inline constexpr std::string_view schannel =
    R"(SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL)";
inline constexpr std::string_view suites_local =
    R"(SYSTEM\CurrentControlSet\Control\Cryptography\Configuration\Local\SSL\00010002)";
inline constexpr std::string_view suites_policy =
    R"(SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002)";
inline constexpr std::string_view fips =
    R"(SYSTEM\CurrentControlSet\Control\Lsa\FipsAlgorithmPolicy)";
inline constexpr std::string_view credssp =
    R"(SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\CredSSP\Parameters)";
inline constexpr std::string_view msv1_0 = R"(SYSTEM\CurrentControlSet\Control\Lsa\MSV1_0)";
inline constexpr std::string_view lsa = R"(SYSTEM\CurrentControlSet\Control\Lsa)";
inline constexpr std::string_view port_proxy =
    R"(SYSTEM\CurrentControlSet\Services\PortProxy\v4tov4\tcp)";
inline constexpr std::string_view firewall =
    R"(SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules)";
inline constexpr std::string_view firewall_root =
    R"(SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy)";
inline constexpr std::string_view firewall_policy_root =
    R"(SOFTWARE\Policies\Microsoft\WindowsFirewall)";
inline constexpr std::string_view firewall_policy =
    R"(SOFTWARE\Policies\Microsoft\WindowsFirewall\FirewallRules)";
inline constexpr std::string_view rd_store =
    R"(SOFTWARE\Microsoft\SystemCertificates\Remote Desktop)";
inline constexpr std::string_view rd_certificates =
    R"(SOFTWARE\Microsoft\SystemCertificates\Remote Desktop\Certificates)";
inline constexpr std::string_view my_certificates =
    R"(SOFTWARE\Microsoft\SystemCertificates\MY\Certificates)";
inline constexpr std::string_view servicing_pending =
    R"(SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending)";
inline constexpr std::string_view update_pending =
    R"(SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired)";
inline constexpr std::string_view session_manager =
    R"(SYSTEM\CurrentControlSet\Control\Session Manager)";
inline constexpr std::string_view crash_control =
    R"(SYSTEM\CurrentControlSet\Control\CrashControl)";

inline constexpr std::string_view machine_keys =
    R"(C:\ProgramData\Microsoft\Crypto\RSA\MachineKeys)";
inline constexpr std::string_view cng_keys = R"(C:\ProgramData\Microsoft\Crypto\Keys)";

} // namespace simfleet::paths
