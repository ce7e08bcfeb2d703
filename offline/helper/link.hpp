// The helper's end of the line to its parent: one question at a time, on descriptors 0 and 1.
#pragma once

#include "core/disk_wire.hpp"

#include <string>

namespace rdpsweep::offline {

// The descriptors stay open. Every wait ends when the parent is gone.
class ParentLink {
public:
    ParentLink(int in, int out) noexcept : in_(in), out_(out) {}

    // Error{run, peer_closed}: the parent is gone.
    Status send(const std::string& bytes);

    // Returns the parent's next message. Error{run, ...}: peer_closed, or protocol_violation.
    Result<disk_wire::Message> receive();

private:
    int in_;
    int out_;
    disk_wire::Reader reader_{disk_wire::Speaker::parent};
};

} // namespace rdpsweep::offline
