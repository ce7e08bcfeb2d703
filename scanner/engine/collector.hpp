// How a script asks for the inside of a host: which script, and with which arguments.
#pragma once

#include "transports/transport.hpp"

#include <string>

namespace rdpsweep {

class Collector {
public:
    // handshake: whether the script shakes hands with the host's own RDP.
    Collector(Script script, bool handshake) : script_(std::move(script)), handshake_(handshake) {}

    [[nodiscard]] const Script& script() const noexcept { return script_; }

    // Returns the arguments for a host that is reached by that session: the full profile, or the
    // lean one where little comes back, with the room that there is.
    [[nodiscard]] std::string arguments_for(const Session& session) const;

private:
    Script script_;
    bool handshake_;
};

// Returns that of this build: probes/collect/collector.ps1.
Collector built_in_collector(bool handshake);

} // namespace rdpsweep
