// What was observed on a VM: the C++ model of facts/1 (docs/schema/facts-1.schema.json).
//
// A member that is absent on the VM is an empty optional; one that could not be read is listed in
// Facts::unread by its JSON pointer. The two are never the same thing. Each comment names the JSON
// key. DWORDs are unsigned. Times are Unix seconds, UTC; in JSON ISO 8601.
#pragma once

#include "core/disk_facts.hpp"
#include "core/error.hpp"
#include "core/handshake_facts.hpp"
#include "core/key_facts.hpp"
#include "core/listener_facts.hpp"
#include "core/security_facts.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Seen by a source, or the reason for not having looked.
template <class T>
struct Observed {
    std::optional<T> value;
    std::string source; // what read it: a transport, "rdp", or "store"
    std::optional<Error> why_not;

    explicit operator bool() const noexcept { return value.has_value(); }

    const T* operator->() const noexcept { return &*value; }

    const T& operator*() const noexcept { return *value; }
};

// /collector
struct CollectorFacts {
    std::string version;       // ver
    std::string path;          // path: ps | cim | sac: what was asked; offline: a disk was read
    std::string as_sid;        // as_sid: who we were on the VM
    bool elevated = false;     // elevated
    std::string language_mode; // lang_mode: FullLanguage, ConstrainedLanguage
    std::string powershell;    // ps: "5.1"
    bool wow64 = false;        // wow64
    std::int64_t utc = 0;      // utc: the VM's clock
    std::uint32_t took_ms = 0; // ms
};

// /os
struct OsFacts {
    std::uint32_t build = 0;          // build: 17763
    Dword ubr;                        // ubr
    std::string edition;              // edition: EditionID
    std::string install_type;         // install_type: Server | Server Core | Nano Server | Client
    Dword product_type;               // product_type: 1 client, 2 domain controller, 3 server
    Dword domain_role;                // domain_role: 0-5, 4 and 5 are domain controllers
    std::string domain;               // domain
    std::string host;                 // host
    std::string fqdn;                 // fqdn
    std::string machine_guid;         // machine_guid
    Dword locale_lcid;                // locale_lcid
    std::optional<std::int64_t> boot; // boot_utc
    bool winpe = false;               // winpe
    Dword disk_free_mb;               // disk_free_mb: free MiB of the system drive, below 1,024
};

enum class ServiceState : std::uint8_t { // dwCurrentState of SERVICE_STATUS
    stopped = 1,
    start_pending,
    stop_pending,
    running,
    continue_pending,
    pause_pending,
    paused,
};

// One element of /svc. A service that does not exist has no element.
struct Service {
    std::string name;                       // n
    Dword start;                            // start: one of core/service_start.hpp
    std::optional<ServiceState> state;      // state: the number
    std::uint32_t pid = 0;                  // pid: 0 when not running
    Dword exit_code;                        // exit
    std::string account_sid;                // acct_sid: S-1-5-20
    Dword type;                             // type: 16 own process, 32 shared
    std::optional<std::int64_t> proc_start; // proc_start
};

struct ServiceFacts {
    std::vector<Service> services;

    // Finds a service, whatever the name's case; null when the service was not reported.
    [[nodiscard]] const Service* find(std::string_view name) const noexcept;
};

// One side of one protocol under SCHANNEL\Protocols.
struct ProtocolSide {
    Dword enabled;             // e: absent means no such value
    Dword disabled_by_default; // d
    Dword enabled_type; // te: registry type of Enabled, 4 = REG_DWORD; present when the value is
    Dword default_type; // td: registry type of DisabledByDefault
};

struct Protocol {
    ProtocolSide server; // server
    ProtocolSide client; // client
};

// /tls
struct SchannelFacts {
    std::map<std::string, Protocol> protocols;             // proto: "TLS 1.2", where it has a key
    std::map<std::string, std::uint32_t> ciphers;          // ciphers: name -> Enabled
    std::map<std::string, std::uint32_t> key_exchanges;    // kx: name -> Enabled
    std::map<std::string, std::uint32_t> hashes;           // hashes: name -> Enabled
    std::optional<std::vector<std::string>> suites_policy; // suites_policy: absent = no value
    std::optional<std::vector<std::string>> suites_local;  // suites_local: the same
    std::optional<std::vector<std::string>> curves;        // curves
    Dword event_logging;                                   // eventlogging
};

// CERT_KEY_PROV_INFO_PROP_ID (2) of a store blob.
struct KeyProvider {
    std::uint32_t type = 0; // 0 = CNG, 1 and above = CAPI
    std::string container;  // "TSSecKeySet1"
    std::string name;       // provider name
    std::uint32_t flags = 0;
    std::uint32_t key_spec = 0; // dwKeySpec: 1 AT_KEYEXCHANGE, 2 AT_SIGNATURE; 0 for CNG
};

// One element of /cert/store, or /cert/my_match. JSON: {"thumb": registry key name,
// "blob_b64": the registry value Blob}.
struct StoredCertificate {
    std::string key_name;              // thumb: lower-case hex
    std::optional<Certificate> parsed; // empty: the blob or its DER does not parse
    std::string parse_error;           // why
    std::string blob;                  // blob_b64: its bytes; empty: not read
    std::optional<KeyProvider> provider;
    std::string key_file; // computed from provider + MachineGuid; empty when it cannot be
};

// /cert
struct CertificateFacts {
    std::optional<std::string> pin;            // pin: SSLCertificateSHA1Hash, lower-case hex
    Dword pin_raw_length;                      // pin_raw_len: bytes of that value; 20 is right
    std::optional<std::string> self_signed;    // self: WinStations\SelfSignedCertificate, hex
    Dword refresh;                             // refresh: WinStations\CertRefreshInterval, 0 never
    std::optional<std::string> own_store;      // own_store: WinStations\SelfSignedCertStore
    std::optional<std::string> program_data;   // program_data: ProfileList\ProgramData, expanded
    std::vector<StoredCertificate> store;      // store: the "Remote Desktop" store
    bool store_present = true;                 // store_present: the store's registry key exists
    std::optional<StoredCertificate> my_match; // my_match: the pinned one, in LocalMachine\My
    std::optional<std::string> template_name;  // template: CertTemplateName of the policy
    std::optional<std::string> template_hash;  // template_hash: WinStations\TemplateCertificate
    std::vector<std::string> store_sddl;       // store_sddl: [Remote Desktop, Certificates]
    Dword wmi_hash_type;                       // wmi_type: 0 invalid 1 default 2 policy 3 custom
    std::optional<std::string> wmi_hash;       // wmi_hash, lower-case hex
};

// /gp
struct PolicyFacts {
    Dword gpsvc_start;                     // gpsvc_start
    std::vector<std::string> registry_pol; // registry_pol: "key\value" names found in Registry.pol
    std::vector<std::string> rsop;         // rsop: "key\value" names RSoP reports
    bool mdm = false;                      // mdm
    bool dsc = false;                      // dsc
};

// One element of /evt, newest first.
struct Event {
    // prov: Schannel | TermService | RdpCoreTS | LSM | SCM | NETLOGON | NTLM | Security
    std::string provider;
    std::uint32_t id = 0;                    // id
    std::int64_t time = 0;                   // utc
    std::uint32_t pid = 0;                   // pid
    std::map<std::string, std::string> data; // data: EventData names ("0", "1" when unnamed)
    std::string binary;                      // bin: lower-case hex
};

struct EventFacts {
    std::vector<Event> events;
    std::uint32_t window_hours = 0;            // evt_window_h
    std::optional<std::int64_t> oldest_record; // evt_oldest_utc: oldest record of the System log
    std::optional<std::int64_t> until;         // evt_until_utc: its newest; the window ends there
};

// /pending
struct PendingFacts {
    bool component_servicing = false; // cbs
    bool windows_update = false;      // wu
    bool file_rename = false;         // rename: weak, present on many healthy hosts
    bool termservice_stale = false;   // ts_stale: a key was written after TermService started
};

// /ems
struct ConsoleFacts {
    std::optional<bool> ems; // ems
    Dword port;              // port
    Dword baud;              // baud
    Dword crash_dump;        // /crash/dump: CrashDumpEnabled
};

struct SessionFacts {
    std::uint32_t active = 0;       // sessions/active
    std::uint32_t disconnected = 0; // sessions/disc
};

// One element of /unread.
struct Unread {
    std::string pointer; // ptr: "/keys/files/0/sddl"; covers everything below it
    std::string why;     // why: denied | absent | error | unsupported | timeout | skipped | offline
    std::string code;    // code: "0x5"; may be empty
};

struct Facts {
    Observed<CollectorFacts> collector;
    Observed<OsFacts> os;
    Observed<ServiceFacts> services;
    Observed<PortFacts> rdp_port;
    Observed<SecurityFacts> security;
    Observed<SchannelFacts> schannel;
    Observed<CertificateFacts> rdp_certificate;
    Observed<MachineKeysFacts> machine_keys;
    Observed<PolicyFacts> group_policy;
    Observed<EventFacts> events;
    Observed<PendingFacts> pending;
    Observed<ConsoleFacts> console;
    Observed<std::vector<HandshakeFacts>> handshakes;
    Observed<SessionFacts> sessions;
    Observed<DiskFacts> disk;
    // inventory/rdp_thumb: what the inventory says that RDP serves; Azure has it from its agent.
    std::string inventory_thumbprint;
    std::vector<Unread> unread;
    std::int64_t received_at = 0; // our own clock when the facts arrived

    // Returns the entry that covers pointer ("/keys" covers "/keys/dir_sddl"), or null.
    [[nodiscard]] const Unread* why_unread(std::string_view pointer) const noexcept;

    // Returns the first handshake made from there ("guest", "outside", "tunnel"), or null.
    [[nodiscard]] const HandshakeFacts* handshake_from(std::string_view from) const noexcept;
};

} // namespace rdpsweep
