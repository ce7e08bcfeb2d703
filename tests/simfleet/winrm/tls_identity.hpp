// The certificates the simulated VMs serve: one test CA, one shared key, a leaf per address signed
// when it is first asked for.
#pragma once

#include "core/result.hpp"
#include "tests/simfleet/vm.hpp"
#include "tests/simfleet/winrm/tls_engine.hpp"

#include <memory>
#include <string>

namespace simfleet {

class TlsIdentities {
public:
    // Makes the CA and the shared RSA-2048 key; without tls13 VMs speak TLS 1.2 at most.
    // Phase::internal on failure of OpenSSL.
    static rdpsweep::Result<TlsIdentities> create(bool tls13 = true);
    TlsIdentities(TlsIdentities&&) noexcept;
    TlsIdentities& operator=(TlsIdentities&&) noexcept;
    ~TlsIdentities();

    // The CA's certificate, PEM: what a client must trust.
    [[nodiscard]] const std::string& ca_pem() const noexcept;

    // A certificate and its key, PEM, by which every VM knows upn ("sweeper@localhost").
    struct ClientIdentity {
        std::string certificate;
        std::string key;
    };

    rdpsweep::Result<ClientIdentity> client_identity(const std::string& upn) const;

    // A TLS server for that VM: its certificate, its protocol versions. Null when OpenSSL is out
    // of memory. Signing is deterministic, so a VM's certificate does not change during a run.
    std::unique_ptr<TlsEngine> engine_for(const Vm& vm);

    // The same for a server of that DNS name, TLS 1.2 and 1.3.
    std::unique_ptr<TlsEngine> engine_for_host(const std::string& name);

    // Lower-case hex SHA-256 of the certificate that VM serves (what a pin holds); empty on
    // failure.
    std::string fingerprint(const Vm& vm);

private:
    struct Impl;
    explicit TlsIdentities(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace simfleet
