// What every connection of one simulated fleet shares.
#pragma once

#include "core/asio.hpp"
#include "tests/simfleet/fleet.hpp"
#include "tests/simfleet/stats.hpp"
#include "tests/simfleet/winrm/gss_acceptor.hpp"
#include "tests/simfleet/winrm/shell_host.hpp"
#include "tests/simfleet/winrm/tls_identity.hpp"
#include "tests/simfleet/wmi/cim_host.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace simfleet {

class SshHost;

// Which ways to authenticate the servers offer and whom they let in.
struct AccessPolicy {
    bool negotiate = true;
    bool basic = true;
    bool certificates = false; // client certificates, mapped by their UPN to user
    bool kerberos = false;    // a keytab was given: the Kerberos scheme is offered beside Negotiate
    bool ntlm_scheme = false; // offer the bare NTLM scheme too
    bool insist_cbt = false;  // CbtHardeningLevel Strict on every VM
    std::string domain = "SIM";
    std::string user = "sweeper";
    std::string password;
};

// Held by shared_ptr: connections may outlive the server for a moment when the io_context goes.
// Everything but gss (read-only) belongs to the io thread.
struct World {
    World(
        const Fleet& all_vms,
        AccessPolicy allowed,
        TlsIdentities certificates,
        GssCredential acceptor,
        std::shared_ptr<rdpsweep::asio::thread_pool> gss_workers
    )
        : fleet(all_vms), policy(std::move(allowed)), identities(std::move(certificates)),
          gss(std::move(acceptor)), workers(std::move(gss_workers)), stats(all_vms.size()),
          shells(stats), cim(stats) {}

    const Fleet& fleet;
    AccessPolicy policy;
    TlsIdentities identities;
    GssCredential gss;
    std::shared_ptr<rdpsweep::asio::thread_pool> workers;
    Stats stats;
    ShellHost shells;
    CimHost cim;
    std::shared_ptr<const SshHost> ssh;        // null: the fleet serves no SSH
    std::vector<std::function<void()>> at_end; // called once, when the fleet has stopped
};

} // namespace simfleet
