// The far side of a scripted RDP connection: OpenSSL's server as a Windows Server 2019 has it.
#pragma once

#include "tests/simfleet/fleet.hpp"
#include "tests/simfleet/winrm/tls_identity.hpp"
#include "tests/support/catch.hpp"

#include <memory>
#include <string>
#include <utility>

namespace rdpsweep::test {

// A Connection Confirm that chooses TLS.
inline const std::string
    tls_chosen("\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x02\x01\x08\0\x01\0\0\0", 19);

// Confirms TLS and then speaks it.
class TlsServer {
public:
    TlsServer() {
        static const simfleet::Fleet fleet(1, 1, "one:healthy_2019");
        static auto identities = make_identities();
        engine_ = identities.engine_for(fleet.at(0));
    }

    std::string answer(const std::string& bytes) {
        if (!std::exchange(confirmed_, true)) return tls_chosen;
        engine_->feed(bytes);
        (void)engine_->handshake();
        return engine_->take_wire();
    }

private:
    static simfleet::TlsIdentities make_identities() {
        auto made = simfleet::TlsIdentities::create();
        REQUIRE(made);
        return *std::move(made);
    }

    std::unique_ptr<simfleet::TlsEngine> engine_;
    bool confirmed_ = false;
};

} // namespace rdpsweep::test
