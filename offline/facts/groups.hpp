// The groups of facts/1, each read from a Windows that lies on a disk. Each function writes one
// group of the document; what it cannot read it notes there.
#pragma once

#include <cstdint>

#include "offline/facts/document.hpp"
#include "offline/facts/registry.hpp"
#include "offline/ntfs.hpp"

namespace rdpsweep::offline {

class OpenHive;

struct Windows {
    NtfsVolume& volume;
    const Registry& registry;
};

void read_os(const Registry& registry, Document& document);
void read_services(const Registry& registry, Document& document);
void read_listener(const Registry& registry, Document& document);
void read_security(const Registry& registry, Document& document);
void read_tls(const Registry& registry, Document& document);
void read_certificates(const Registry& registry, Document& document);
void read_keys(const Windows& windows, Document& document);
void read_policy(const Windows& windows, Document& document);
void read_events(const Windows& windows, Document& document);
void read_pending(const Registry& registry, Document& document);
void read_crash(const Registry& registry, Document& document);

// boot: the hive BCD; null where there is none.
void read_console(const OpenHive* boot, Document& document);

// Paths of keys that several groups read.
namespace reg_path {
inline constexpr std::string_view server = R"(Control\Terminal Server)";
inline constexpr std::string_view stations = R"(Control\Terminal Server\WinStations)";
inline constexpr std::string_view listener = R"(Control\Terminal Server\WinStations\RDP-Tcp)";
inline constexpr std::string_view schannel = R"(Control\SecurityProviders\SCHANNEL)";
inline constexpr std::string_view firewall = R"(Services\SharedAccess\Parameters\FirewallPolicy)";
// Below SOFTWARE.
inline constexpr std::string_view policy = R"(Policies\Microsoft\Windows NT\Terminal Services)";
inline constexpr std::string_view firewall_policy = R"(Policies\Microsoft\WindowsFirewall)";
inline constexpr std::string_view store = R"(Microsoft\SystemCertificates\Remote Desktop)";
} // namespace reg_path

} // namespace rdpsweep::offline
