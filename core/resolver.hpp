// Names to addresses without ever blocking the event loop.
#pragma once

#include "core/host_deadline.hpp"
#include "core/result.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rdpsweep {

// Asio 1.74 resolves on one thread and cannot interrupt a lookup; a fleet with dead names would
// wait for hours. This one uses its own threads, asks once per name, remembers the answer (also
// "no such name"), and a waiter leaves at its deadline while the lookup goes on behind. Destroy it
// before the io_context of its scopes.
class Resolver {
public:
    Resolver();
    ~Resolver(); // does not wait for lookups that still hang
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // Returns the addresses of name, in the order of getaddrinfo; a literal address is returned at
    // once. Error{resolve, name_not_found | timed_out | cancelled}. Call on the deadline's
    // executor.
    Task<Result<std::vector<asio::ip::address>>> resolve(std::string name, HostDeadline& deadline);

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace rdpsweep
