// Azure's side of a serial console: may it be opened, is anybody at it, where is its gateway.
// Nothing here changes anything: no port is created, no switch is turned.
#pragma once

#include "core/result.hpp"
#include "transports/azure/arm.hpp"
#include "transports/serial/outcome.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace rdpsweep::serial {

// Where a session of one's own is; good for one connection.
struct Gateway {
    std::string host;
    std::uint16_t port = 443;
    std::string path;
};

// Returns "wss://host[:port]/path". Error ws_blocked for another scheme, a name before an @, or a
// host that is none of suffixes nor below one of them: our token would go there.
Result<Gateway> read_gateway(std::string_view address, const std::vector<std::string>& suffixes);

// Returns what a refused connect means: by status and code, and only then by its words.
// custom_storage: the boot diagnostics have an account of their own.
Error connect_refused(const azure::RestAnswer& answer, bool custom_storage);

// What Azure says of the VM before it is asked for its console.
struct ConsoleState {
    std::string power;           // "running"; empty: not known
    std::int64_t booted = 0;     // Unix seconds; 0: not known
    bool custom_storage = false; // of the boot diagnostics
};

class ArmConsole {
public:
    explicit ArmConsole(azure::Arm& arm) : arm_(arm) {}

    // Asks for the subscription's switch (once), the VM's power and its boot diagnostics. vm: an
    // ARM id. Error of an outcome, or how the way to Azure failed.
    Task<Result<ConsoleState>> inspect(const std::string& vm, HostDeadline& deadline);

    // Tells whether somebody is connected. False also where we may not ask (403).
    Task<Result<bool>> in_use(const std::string& vm, HostDeadline& deadline);

    // Opens a new session, which ends the one that is connected. Error of an outcome.
    Task<Result<Gateway>>
    connect(const std::string& vm, bool custom_storage, HostDeadline& deadline);

    // Returns our token, for the gateway alone.
    Task<Result<Secret>> token(HostDeadline& deadline) { return arm_.console_token(deadline); }

    [[nodiscard]] std::string identity() const { return arm_.describe(); }

private:
    Task<Status> check_switch(const std::string& subscription, HostDeadline& deadline);

    azure::Arm& arm_;
    std::map<std::string, bool> enabled_; // by subscription
};

} // namespace rdpsweep::serial
