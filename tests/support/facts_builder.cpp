#include "tests/support/facts_builder.hpp"

#include <algorithm>
#include <stdexcept>

namespace rdpsweep::test {

namespace {

constexpr std::uint32_t term_pid = 1044;
constexpr std::uint32_t reg_dword = 4;

template <class T>
Observed<T> seen(T value) {
    Observed<T> observed;
    observed.value = std::move(value);
    observed.source = "winrm";
    return observed;
}

CollectorFacts collector() {
    CollectorFacts facts;
    facts.version = "1";
    facts.path = "ps";
    facts.as_sid = "S-1-5-21-1-2-3-500";
    facts.elevated = true;
    facts.utc = fixed_now;
    facts.took_ms = 900;
    return facts;
}

OsFacts os(std::uint32_t build) {
    OsFacts facts;
    facts.build = build;
    facts.install_type = "Server";
    facts.product_type = 3;
    facts.domain_role = 3;
    facts.domain = "corp.example";
    facts.host = "web-01";
    facts.fqdn = "web-01.corp.example";
    facts.machine_guid = "0f7d9a51-5a0a-4c33-9f3e-0b7a3c1d2e4f";
    return facts;
}

Service make_service(const char* name, std::uint32_t start, bool running, std::uint32_t pid) {
    Service made;
    made.name = name;
    made.start = start;
    made.state = running ? ServiceState::running : ServiceState::stopped;
    made.pid = running ? pid : 0;
    made.account_sid = "S-1-5-18";
    made.proc_start = fixed_now - 5 * a_day;
    return made;
}

ServiceFacts services() {
    ServiceFacts facts;
    facts.services = {
        make_service("TermService", 3, true, term_pid),
        make_service("SessionEnv", 3, false, 0),
        make_service("UmRdpService", 3, true, 1200),
        make_service("KeyIso", 3, true, 700),
        make_service("CryptSvc", 2, true, 1300),
        make_service("gpsvc", 2, true, 1400),
    };
    facts.services.front().account_sid = "S-1-5-20";
    return facts;
}

PortFacts port() {
    PortFacts facts;
    facts.configured_port = 3389;
    facts.lan_adapter = 0;
    facts.enabled = 1;
    facts.logon_disabled = 0;
    facts.deny_local = 0;
    facts.ts_enabled = 1;
    facts.drain_mode = 0;
    facts.user_enabled = 0;
    facts.winstations = {"Console", "RDP-Tcp"};
    for (const char* address : {"0.0.0.0", "::"})
        facts.sockets.push_back({address, 3389, term_pid, "svchost.exe", {"TermService"}});
    FirewallRule rule;
    rule.id = "RemoteDesktop-UserMode-In-TCP";
    rule.active = true;
    rule.local_port = "3389";
    facts.firewall = {rule};
    return facts;
}

SecurityFacts security() {
    SecurityFacts facts;
    facts.layer = 2;
    facts.nla = 1;
    facts.min_encryption = 2;
    facts.negotiate = 1;
    facts.fips = 0;
    return facts;
}

Certificate make_certificate(std::string_view thumbprint) {
    Certificate made;
    made.thumbprint = thumbprint;
    made.subject = made.issuer = "CN=web-01.corp.example";
    made.not_before = fixed_now - 60 * a_day;
    made.not_after = made.not_before + 183 * a_day;
    made.key_type = "RSA";
    made.key_bits = 2048;
    made.signature_hash = "SHA256";
    made.self_issued = made.server_auth = true;
    made.dns_names = {"web-01.corp.example"};
    return made;
}

CertificateFacts certificates() {
    StoredCertificate stored;
    stored.key_name = own_thumbprint;
    stored.parsed = make_certificate(own_thumbprint);
    stored.provider =
        KeyProvider{1, "TSSecKeySet1", "Microsoft Enhanced Cryptographic Provider v1.0", 0x20};
    stored.key_file = rdp_key_name;
    CertificateFacts facts;
    facts.self_signed = std::string(own_thumbprint);
    facts.store = {stored};
    facts.store_sddl = {
        "O:SYG:SYD:AI(A;OICIID;KA;;;SY)(A;OICIID;KA;;;BA)(A;OICIID;KR;;;BU)",
        "O:SYG:SYD:AI(A;OICIID;KA;;;SY)(A;OICIID;KA;;;BA)(A;OICIID;KR;;;BU)",
    };
    facts.wmi_hash_type = 1;
    return facts;
}

MachineKeysFacts machine_keys(std::uint32_t build) {
    MachineKeysFacts facts;
    facts.directory_sddl = std::string(folder_sddl);
    facts.directory_listed = true;
    facts.expected = rdp_key_name;
    KeyFile own;
    own.name = rdp_key_name;
    own.size = 2315;
    own.sddl = build >= 17763 ? std::string(key_sddl)
                              : "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)(A;;FR;;;BA)";
    KeyFile web;
    web.name = "c0a496c6786f0d25e8624fee96e4e580_0f7d9a51-5a0a-4c33-9f3e-0b7a3c1d2e4f";
    web.sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)";
    facts.files = {own, web};
    return facts;
}

EventFacts events() {
    EventFacts facts;
    facts.window_hours = 24;
    facts.oldest_record = fixed_now - 30 * a_day;
    return facts;
}

HandshakeFacts handshake() {
    HandshakeFacts facts;
    facts.from = "guest";
    facts.address = "127.0.0.1";
    facts.stage = "done";
    facts.selected_protocol = 2;
    facts.tls_version = "1.2";
    facts.cipher_suite = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    facts.peer_thumbprint = own_thumbprint;
    return facts;
}

} // namespace

Facts healthy_facts() {
    return healthy_facts(17763);
}

Facts healthy_facts(std::uint32_t build) {
    Facts facts;
    facts.collector = seen(collector());
    facts.os = seen(os(build));
    facts.services = seen(services());
    facts.rdp_port = seen(port());
    facts.security = seen(security());
    facts.schannel = seen(SchannelFacts{});
    facts.rdp_certificate = seen(certificates());
    facts.machine_keys = seen(machine_keys(build));
    PolicyFacts policy;
    policy.gpsvc_start = 2;
    facts.group_policy = seen(policy);
    facts.events = seen(events());
    facts.pending = seen(PendingFacts{});
    facts.console = seen(ConsoleFacts{true, 1, 115200, 7});
    facts.handshakes = seen(std::vector<HandshakeFacts>{handshake()});
    facts.sessions = seen(SessionFacts{});
    facts.received_at = fixed_now + 2;
    return facts;
}

Service& service(Facts& facts, std::string_view name) {
    auto& all = facts.services.value->services;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Service& s) { return s.name == name; });
    if (found == all.end()) throw std::logic_error("no such service");
    return *found;
}

StoredCertificate& own_certificate(Facts& facts) {
    return facts.rdp_certificate.value->store.front();
}

KeyFile& rdp_key(Facts& facts) {
    return facts.machine_keys.value->files.front();
}

HandshakeFacts& guest(Facts& facts) {
    return facts.handshakes.value->front();
}

void fail_handshake(Facts& facts, std::string stage, std::string failure) {
    HandshakeFacts& handshake = guest(facts);
    handshake.stage = std::move(stage);
    handshake.failure = std::move(failure);
    handshake.tls_version.clear();
    handshake.cipher_suite.clear();
    handshake.peer_thumbprint.clear();
}

void forget_handshake(Facts& facts) {
    facts.handshakes.value->clear();
}

void set_protocol(Facts& facts, std::string name, Dword enabled, Dword disabled_by_default) {
    ProtocolSide& side = facts.schannel.value->protocols[std::move(name)].server;
    side.enabled = enabled;
    side.disabled_by_default = disabled_by_default;
    if (enabled) side.enabled_type = reg_dword;
    if (disabled_by_default) side.default_type = reg_dword;
}

Event& add_event(Facts& facts, std::string provider, std::uint32_t id, std::int64_t ago) {
    Event event;
    event.provider = std::move(provider);
    event.id = id;
    event.time = fixed_now - ago;
    auto& events = facts.events.value->events;
    // Newest first, as collectors report them.
    const auto place = std::find_if(events.begin(), events.end(), [&](const Event& other) {
        return other.time < event.time;
    });
    return *events.insert(place, event);
}

StoredCertificate& pin_ca_certificate(Facts& facts) {
    StoredCertificate chosen;
    chosen.key_name = other_thumbprint;
    chosen.parsed = make_certificate(other_thumbprint);
    chosen.parsed->issuer = "CN=Example Issuing CA";
    chosen.parsed->self_issued = false;
    chosen.provider = KeyProvider{1, "web", "Microsoft RSA SChannel Cryptographic Provider", 0x20};
    chosen.key_file = facts.machine_keys->files[1].name;
    facts.machine_keys.value->files[1].sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)";
    facts.rdp_certificate.value->pin = std::string(other_thumbprint);
    facts.rdp_certificate.value->pin_raw_length = 20;
    facts.rdp_certificate.value->my_match = chosen;
    guest(facts).peer_thumbprint = other_thumbprint;
    return *facts.rdp_certificate.value->my_match;
}

void mark_unread(Facts& facts, std::string pointer, std::string why) {
    facts.unread.push_back({std::move(pointer), std::move(why), "0x5"});
}

} // namespace rdpsweep::test
