// A healthy Windows of any build, as Setup and the first logon leave it, and hands to change it.
#pragma once

#include "tests/simfleet/dice.hpp"
#include "tests/simfleet/windows/certificates.hpp"
#include "tests/simfleet/windows/state.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace simfleet {

inline constexpr std::int64_t day = 86'400;
inline constexpr std::int64_t hour = 3'600;

struct Blueprint {
    std::string host; // computer name
    std::uint32_t build = 17763;
    std::string install_type = "Server"; // InstallationType
    std::uint32_t lcid = 1033;
    std::uint32_t domain_role = 3; // 2 standalone server, 3 member, 5 primary domain controller
    std::uint64_t seed = 0;
    std::int64_t now = 0;
};

// A Windows under construction: profiles break it through these members.
class Machine {
public:
    explicit Machine(Blueprint blueprint); // healthy

    State state;
    Blueprint plan;
    Dice dice;

    // RDP itself.
    void set_port(std::uint16_t port); // PortNumber and TermService's sockets
    void stop_listening();             // TermService has no socket any more
    void listen(std::string address, std::uint16_t port, std::uint32_t pid);
    std::uint32_t start_process(std::string image); // a new process; its pid
    std::uint32_t termservice_pid() const;
    void set_rdp(std::string_view value, std::uint32_t number);    // in RDP-Tcp
    void set_policy(std::string_view value, std::uint32_t number); // in the policy key
    void allow_port(std::string_view rule, std::uint16_t port);    // an inbound firewall rule
    void set_rule(std::string_view field); // "Active=FALSE|" of RDP's own rule

    // Services.
    void set_start(std::string_view service, std::uint32_t start);
    void stop_service(std::string_view service);

    // TLS: the Server side of a protocol.
    void set_protocol(std::string_view protocol, std::uint32_t enabled, std::uint32_t by_default);
    void set_suite_policy(std::string_view comma_list);

    // Certificates. Those given replace Windows' own; the thumbprint is returned.
    CertificateShape own_shape(); // what Windows itself makes
    // provider: where the entry says that the private key is; nullopt: it does not say.
    std::string install_own(
        const CertificateShape& shape,
        const std::optional<KeyProvider>& provider = KeyProvider{.container = "TSSecKeySet1"}
    );
    std::string
    add_to_store(const MadeCertificate& certificate, const std::optional<KeyProvider>& provider);
    void remove_own();                  // from the store; the key file stays
    std::string own_thumbprint() const; // SelfSignedCertificate, hex; may be empty
    CertificateShape ca_shape();        // a good one of the enterprise CA
    // In My, with a readable key of its own; key_spec as in KeyProvider.
    std::string enrol(const CertificateShape& shape, std::uint32_t key_spec = 1);
    std::string pin(const CertificateShape& shape); // enrolled, and pinned
    void pin_thumbprint(std::string_view hex);

    // The private key files.
    std::string key_path() const; // of TSSecKeySet1
    std::string machine_guid() const;
    void set_key_sddl(std::string sddl);
    void remove_file(const std::string& path);
    void add_key_file(std::string name, std::string sddl);

    // The logs; seconds before now.
    void
    log(std::string provider,
        std::uint32_t id,
        std::int64_t seconds_ago,
        std::map<std::string, std::string> data = {},
        std::string binary = {});
    void
    log_provoked(std::string provider, std::uint32_t id, std::map<std::string, std::string> data);
    void forbid(std::string resource, std::string why = "denied", std::string code = {});
    void state_handshake(Handshake handshake);
};

// Security descriptors as published for healthy machines.
std::string healthy_folder_sddl();
std::string healthy_key_sddl(std::uint32_t build);

// "f686aace6942fb7f7ceb231212eef4a4" for "TSSecKeySet1": the file a CAPI container lives in,
// without _MachineGuid.
std::string capi_file_name(std::string_view container);

// The same for a key of the CNG software provider.
std::string cng_file_name(std::string_view key);

} // namespace simfleet
