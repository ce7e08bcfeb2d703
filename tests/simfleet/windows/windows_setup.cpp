// What Setup writes, by release.
#include "tests/simfleet/windows/windows_setup.hpp"

#include "tests/simfleet/windows/paths.hpp"

#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace simfleet {
namespace {

std::string join(std::string_view path, std::string_view name) {
    return std::string(path) + '\\' + std::string(name);
}

void version(Registry& hklm, std::uint32_t build, const std::string& install_type) {
    const bool client = install_type == "Client";
    hklm.set(paths::current_version, "CurrentBuildNumber", text_value(std::to_string(build)));
    if (build >= 9600) hklm.set(paths::current_version, "UBR", dword_value(build % 5000 + 17));
    hklm.set(
        paths::current_version, "EditionID", text_value(client ? "ServerRdsh" : "ServerDatacenter")
    );
    hklm.set(paths::current_version, "InstallationType", text_value(install_type));
    hklm.set(R"(SYSTEM\Select)", "Current", dword_value(1));
    hklm.set(R"(SYSTEM\Select)", "LastKnownGood", dword_value(1));
    hklm.create(paths::session_manager);
    hklm.set(paths::crash_control, "CrashDumpEnabled", dword_value(build < 9200 ? 2 : 7));
}

void services(Registry& hklm) {
    struct Entry {
        std::string_view name;
        std::uint32_t start;
        std::string_view account;
    };

    constexpr std::string_view network = R"(NT Authority\NetworkService)";
    for (const auto& [name, start, account] :
         {Entry{"TermService", 3, network},
          Entry{"SessionEnv", 3, "LocalSystem"},
          Entry{"UmRdpService", 3, "LocalSystem"},
          Entry{"KeyIso", 3, "LocalSystem"},
          Entry{"CertPropSvc", 3, "LocalSystem"},
          Entry{"CryptSvc", 2, network},
          Entry{"gpsvc", 2, "LocalSystem"},
          Entry{"iphlpsvc", 2, "LocalSystem"}}) {
        const auto path = join(paths::services, name);
        hklm.set(path, "Start", dword_value(start));
        hklm.set(path, "Type", dword_value(0x20)); // SERVICE_WIN32_SHARE_PROCESS
        hklm.set(path, "ObjectName", text_value(account));
    }
}

void terminal_server(Registry& hklm, std::uint32_t build) {
    hklm.set(paths::terminal_server, "fDenyTSConnections", dword_value(0));
    hklm.set(paths::terminal_server, "TSEnabled", dword_value(1));
    hklm.set(paths::terminal_server, "TSUserEnabled", dword_value(0));
    hklm.set(
        paths::terminal_server, "RCDependentServices", texts_value({"CertPropSvc", "SessionEnv"})
    );
    hklm.create(join(paths::win_stations, "Console"));
    hklm.set(paths::win_stations, "SelfSignedCertStore", text_value("Remote Desktop"));
    hklm.set(paths::profile_list, "ProgramData", text_value(R"(C:\ProgramData)"));

    const bool old = build < 14393;
    const std::pair<std::string_view, std::uint32_t> values[] = {
        {"PortNumber", 3389},
        {"fEnableWinStation", 1},
        {"fLogonDisabled", 0},
        {"LanAdapter", 0},
        {"MaxInstanceCount", 0xffffffff},
        {"fAllowSecProtocolNegotiation", 1},
        {"SecurityLayer", old ? 1u : 2u},
        {"UserAuthentication", 1},
        {"MinEncryptionLevel", old ? 2u : 3u}};
    for (const auto& [name, number] : values) {
        hklm.set(paths::rdp_tcp, name, dword_value(number));
    }
}

// Windows Server 2016 and later; before, the names carry the curve.
std::vector<std::string> suites(std::uint32_t build) {
    if (build < 14393) {
        return {
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384_P384",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256_P256",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA_P256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384_P384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256_P256",
            "TLS_RSA_WITH_AES_256_CBC_SHA256",
            "TLS_RSA_WITH_AES_128_CBC_SHA256",
            "TLS_RSA_WITH_AES_256_CBC_SHA",
            "TLS_RSA_WITH_AES_128_CBC_SHA",
            "TLS_RSA_WITH_3DES_EDE_CBC_SHA"};
    }
    std::vector<std::string> names;
    if (build >= 20348) names = {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"};
    for (const auto* name :
         {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
          "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
          "TLS_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_RSA_WITH_AES_256_CBC_SHA256",
          "TLS_RSA_WITH_AES_256_CBC_SHA",
          "TLS_RSA_WITH_3DES_EDE_CBC_SHA"}) {
        names.emplace_back(name);
    }
    return names;
}

void tls(Registry& hklm, std::uint32_t build) {
    const auto protocols = join(paths::schannel, "Protocols");
    hklm.set(paths::schannel, "EventLogging", dword_value(1));
    hklm.set(join(protocols, R"(SSL 2.0\Client)"), "DisabledByDefault", dword_value(1));
    if (build == 7601) { // TLS 1.2 is there (KB3080079), but only if asked for
        for (const auto* side : {R"(TLS 1.2\Server)", R"(TLS 1.2\Client)"}) {
            hklm.set(join(protocols, side), "Enabled", dword_value(1));
            hklm.set(join(protocols, side), "DisabledByDefault", dword_value(0));
        }
    }
    hklm.set(paths::suites_local, "Functions", texts_value(suites(build)));
    if (build >= 14393) {
        hklm.set(
            paths::suites_local, "EccCurves", texts_value({"curve25519", "NistP256", "NistP384"})
        );
    }
    hklm.set(paths::fips, "Enabled", dword_value(0));
    hklm.set(paths::lsa, "disabledomaincreds", dword_value(0));
}

Registry install(std::uint32_t build, const std::string& install_type) {
    Registry hklm;
    version(hklm, build, install_type);
    services(hklm);
    terminal_server(hklm, build);
    tls(hklm, build);
    const auto* rule = build == 7601 ? "RemoteDesktop-In-TCP" : "RemoteDesktop-UserMode-In-TCP";
    hklm.set(paths::firewall, rule, text_value(firewall_rule(build, 3389, true)));
    for (const auto* profile : {"DomainProfile", "StandardProfile", "PublicProfile"})
        hklm.set(join(paths::firewall_root, profile), "EnableFirewall", dword_value(1));
    hklm.set(
        paths::firewall,
        "WINRM-HTTP-In-TCP",
        text_value("v2.20|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5985|App=System|"
                   "Name=@FirewallAPI.dll,-30253|")
    );
    const std::string store_sddl = "O:SYG:SYD:AI(A;CIID;KR;;;BU)(A;CIID;KA;;;BA)(A;CIID;KA;;;SY)";
    hklm.protect(paths::rd_store, store_sddl);
    hklm.protect(paths::rd_certificates, store_sddl);
    hklm.create(paths::my_certificates);
    return hklm;
}

} // namespace

std::string firewall_rule(std::uint32_t build, std::uint16_t port, bool active) {
    // 2008 R2 names the kernel as owner of the rule, its successors the service.
    const std::string owner =
        build == 7601 ? "App=System|" : R"(App=%SystemRoot%\system32\svchost.exe|Svc=termservice|)";
    return "v2.20|Action=Allow|Active=" + std::string(active ? "TRUE" : "FALSE") +
           "|Dir=In|Protocol=6|LPort=" + std::to_string(port) + "|" + owner +
           "Name=@FirewallAPI.dll,-28775|EmbedCtxt=@FirewallAPI.dll,-28752|";
}

Registry installed_registry(std::uint32_t build, const std::string& install_type) {
    static std::mutex mutex;
    static std::map<std::pair<std::uint32_t, std::string>, Registry> cache;
    const std::lock_guard lock(mutex);
    const auto key = std::pair(build, install_type);
    const auto found = cache.find(key);
    if (found != cache.end()) return found->second;
    return cache.emplace(key, install(build, install_type)).first->second;
}

} // namespace simfleet
