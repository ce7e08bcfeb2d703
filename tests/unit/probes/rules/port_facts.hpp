// The port's sockets and services in a host's facts.
#pragma once

#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

namespace rdpsweep::test {

inline std::vector<Socket>& sockets(Facts& facts) {
    return facts.rdp_port.value->sockets;
}

inline void add_socket(Facts& facts, std::string address, std::uint32_t pid, std::string image) {
    sockets(facts).push_back({std::move(address), 3389, pid, std::move(image), {}});
}

inline PortFacts& port(Facts& facts) {
    return *facts.rdp_port.value;
}

} // namespace rdpsweep::test
