// Azure's serial console service: what Resource Manager answers about a VM's port, and the gateway
// behind the addresses it gives out.
#pragma once

#include "tests/simfleet/serial/sac_machine.hpp"
#include "tests/simfleet/windows/engine.hpp"
#include "tests/simfleet/winrm/http_message.hpp"
#include "tests/simfleet/winrm/peer_stream.hpp"
#include "tests/simfleet/world.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace simfleet {

class ConsoleGateway {
public:
    using KnowsToken = std::function<bool(const std::string& token)>;

    // scenes: names, dealt to the VMs in turn; "every" is all of them. base: "https://host:port".
    // engine: a program that is the PowerShell of the first engine_vms (TypedEngine); empty: none.
    ConsoleGateway(
        std::shared_ptr<World> world,
        const std::vector<std::string>& scenes,
        std::string base,
        KnowsToken knows,
        std::vector<std::string> engine = {},
        std::size_t engine_vms = 0
    );

    [[nodiscard]] const ConsoleScene& scene(std::size_t index) const;

    // POST .../serialPorts/0/connect
    HttpResponse connect(std::size_t index, const HttpRequest& request);

    // GET .../serialPorts/0
    HttpResponse port_state(std::size_t index);

    // POST .../adminCommand/{nmi|reset}, to a session that is open.
    HttpResponse order(const HttpRequest& request);

    // A client's WebSocket, from its request on; unread: what came behind it.
    rdpsweep::Task<void> serve(PeerStream& stream, const HttpRequest& request, std::string unread);

    // One object a VM: name, scene, how a visit must end, channels left open, sessions, bytes.
    [[nodiscard]] std::string report() const;

private:
    struct Port {
        std::unique_ptr<SacMachine> machine;
        std::size_t sessions = 0;
        std::size_t now_open = 0;        // number of the session that has it; 0: none
        bool taken = false;              // by somebody who stays
        bool cut = false;                // the scene's cut was done
        unsigned busy = 2;               // answers of 429 still to give
        std::vector<std::string> orders; // that were followed
    };

    struct Live;

    Port& port(std::size_t index);
    rdpsweep::Task<bool> trust(Live& live, std::size_t index);
    rdpsweep::Task<void> read_keys(std::shared_ptr<Live> live, std::size_t index);
    rdpsweep::Task<void> show(Live& live, std::size_t index, std::size_t session);
    bool cut_now(std::size_t index, Live& live);
    std::string frames_of(const ConsoleScene& scene, std::string_view bytes, Live& live);

    std::shared_ptr<World> world_;
    std::vector<const ConsoleScene*> scenes_;
    std::string base_;
    KnowsToken knows_;
    std::vector<std::string> engine_;
    std::size_t engine_vms_;
    ConsoleAccount account_;
    std::map<std::size_t, Port> ports_;
    std::map<std::string, std::size_t> open_;      // sessions' paths, up to "/client"
    std::map<std::string, std::size_t> addresses_; // paths that are good for one connection
    std::size_t sessions_ = 0;
};

} // namespace simfleet
