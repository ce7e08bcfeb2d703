// The command line of rdpsweep-simfleet.
#pragma once

#include "tests/simfleet/azure/arm_server.hpp"
#include "tests/simfleet/ports.hpp"
#include "tests/simfleet/world.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace simfleet {

struct Options {
    std::size_t vms = 100;
    std::uint64_t seed = 1;
    std::string mix = "demo";
    WantedPort port = 15986;     // 0 is any free one as well
    WantedPort http_port = 0;    // 0: no plain HTTP
    WantedPort rdp_port = 0;     // 0: no RDP
    WantedPort ssh_port = 0;     // 0: no SSH
    unsigned ssh_share = 100;    // per cent of the VMs that have working SSH
    std::string ssh_account_key; // file of the public key that the account may use; empty: none
    std::string state_directory;
    std::string password_variable = "RDPSWEEP_PASSWORD";
    std::string keytab;
    std::string stats_file; // empty: stats.json in the state directory
    std::string inventory_auth;
    std::vector<std::string> engine; // program that runs scripts for real; empty: none
    std::size_t engine_vms = 1;      // so many VMs, the first of them, have it
    std::string dump_states;         // not empty: write the machines there and serve nothing
    bool exit_when_stdin_closes = false;
    bool states_at_end = false; // write what every VM has become into the state directory
    bool tls13 = true;
    std::chrono::milliseconds slow_receive{1000};
    Slowness slowness;
    ArmOptions arm;
    AccessPolicy policy; // everything but the password
};

// Nothing when the process should end at once with exit_code (help, or a usage error, which has
// been printed).
std::optional<Options> parse_options(int argc, const char* const* argv, int& exit_code);

} // namespace simfleet
