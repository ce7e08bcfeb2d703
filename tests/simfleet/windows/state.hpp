// What is inside a simulated VM: a small Windows, as far as RDP and its collectors can tell.
#pragma once

#include "tests/simfleet/windows/registry.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simfleet {

// Start, account and type of a service live in the registry; this is what the service manager adds.
struct ServiceRuntime {
    std::string name;
    std::uint32_t state = 1; // SERVICE_STATUS.dwCurrentState: 1 stopped, 4 running
    std::uint32_t pid = 0;   // 0 when stopped
    std::uint32_t exit_code = 0;
};

struct Process {
    std::uint32_t pid = 0;
    std::string image; // file name, UTF-8; may be hostile
    std::int64_t started = 0;
};

struct ListeningSocket {
    std::string address; // "0.0.0.0", "::", "10.0.0.4"
    std::uint16_t port = 0;
    std::uint32_t pid = 0;
};

// A file or folder. Whether the collector may read its security descriptor follows from the SDDL.
struct FileEntry {
    std::string path; // "C:\ProgramData\..."
    bool folder = false;
    std::uint64_t size = 0;
    std::string sddl;           // owner, group, DACL
    bool undecryptable = false; // a key file whose secret was made by another machine
};

struct LogEvent {
    std::string
        provider; // as in facts/1: Schannel, TermService, RdpCoreTS, LSM, SCM, NETLOGON, ...
    std::uint32_t id = 0;
    std::int64_t time = 0;
    std::uint32_t pid = 0;
    std::map<std::string, std::string> data;
    std::string binary;    // bytes
    bool provoked = false; // by the collector's own handshake: happens whenever it looks
};

// One loopback handshake with the RDP port, in the words of facts/1 (core/facts.hpp).
struct Handshake {
    std::string stage = "done"; // the stage it stopped in
    std::optional<std::uint32_t> selected;
    std::optional<std::uint32_t> failure_code;
    std::string tls;
    std::string suite;
    std::string thumbprint;
    std::optional<std::uint32_t> alert;
    std::string failure; // errno of facts/1
    std::uint32_t took_ms = 12;
};

// What only WMI, RSoP and friends know.
struct Management {
    std::map<std::string, std::uint32_t> policy_source; // layer, nla, minenc -> 0, 1, 2
    std::optional<std::uint32_t> certificate_hash_type; // SSLCertificateSHA1HashType
    std::string certificate_hash;                       // lower-case hex
    std::vector<std::string> registry_pol;              // "key\value" in Registry.pol
    std::vector<std::string> rsop;
    std::vector<std::uint32_t> networks; // NetworkCategory of each connection: 0, 1 or 2
    bool mdm = false;
    bool dsc = false;
};

// The boot configuration store, as far as it is about EMS.
struct BootConfiguration {
    std::optional<bool> ems;
    std::optional<bool> bootems;
    std::optional<std::uint32_t> port;
    std::optional<std::uint32_t> baud;
};

// Something the collector's account cannot have although it exists.
struct AccessLimit {
    // "key:<registry path>", "sd:<registry path>", "dir:<folder>", "wmi:<namespace>",
    // "log:<name>", "bcd", "command:<program>", "net:loopback"
    std::string resource;
    std::string why = "denied"; // as /unread/*/why
    std::string code;           // as /unread/*/code; empty: what the resource's API gives
};

// What the registry does not hold of the operating system.
struct OperatingSystem {
    std::uint32_t domain_role = 3; // Win32_ComputerSystem.DomainRole
    std::string domain;
    std::string fqdn;
    std::uint32_t lcid = 1033;
    std::int64_t boot = 0;
    std::int64_t clock_offset = 0;            // seconds by which its clock is ahead of the truth
    std::uint64_t disk_free = 81'604'378'624; // bytes of the system drive
};

struct CollectorAccount {
    std::string sid = "S-1-5-21-1004336348-1177238915-682003330-1107";
    bool elevated = true;
    std::string powershell = "5.1";
    std::string language_mode = "FullLanguage";
};

struct State {
    OperatingSystem os;
    Registry registry;
    std::vector<ServiceRuntime> services;
    std::vector<Process> processes;
    std::vector<ListeningSocket> sockets;
    std::vector<FileEntry> files;
    std::vector<LogEvent> events;  // newest first
    std::int64_t oldest_event = 0; // oldest record of the System log
    Management management;
    BootConfiguration boot;
    std::uint32_t active_sessions = 0;
    std::uint32_t disconnected_sessions = 0;
    CollectorAccount collector;
    std::vector<AccessLimit> limits;
    // Empty: the outcome follows from the rest (loopback.hpp). Else: what it is known to be.
    std::vector<Handshake> stated_handshakes;

    // Case-insensitive; null when there is none.
    [[nodiscard]] const ServiceRuntime* service(std::string_view name) const;
    [[nodiscard]] ServiceRuntime* service(std::string_view name);
    [[nodiscard]] const Process* process(std::uint32_t pid) const;
    [[nodiscard]] const FileEntry* file(std::string_view path) const;
    [[nodiscard]] FileEntry* file(std::string_view path);
    [[nodiscard]] const AccessLimit* limit(std::string_view resource) const;

    // CurrentBuildNumber of the registry; 0 when it is not there.
    [[nodiscard]] std::uint32_t build() const;
};

// The whole state as one JSON document (ASCII), for harnesses outside this process. Registry data,
// event binaries in Base64; times in Unix seconds.
std::string state_json(const State& state);

// The same of handshakes alone: a JSON array.
std::string handshakes_json(const std::vector<Handshake>& handshakes);

} // namespace simfleet
