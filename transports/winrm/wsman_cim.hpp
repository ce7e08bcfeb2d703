// WS-Management messages of CIM (MS-WSMV 3.1.4.1, DSP0227): text out, text in, no I/O.
#pragma once

#include "core/cim.hpp"
#include "transports/winrm/wsman.hpp"

namespace rdpsweep::winrm {

// Returns the message that asks request: Get, Enumerate with a WQL filter, or the method.
Message ask_cim(
    const Conversation& conversation, const cim::Request& request, std::chrono::seconds timeout
);

// An enumeration that is under way.
struct Enumeration {
    std::string name_space;
    std::string context; // the latest one the host gave
};

// Returns the message that asks for the next page.
Message
pull(const Conversation& conversation, const Enumeration& from, std::chrono::seconds timeout);

// Gives an enumeration up that was not read to its end: it holds one of the host's operations.
Message
release(const Conversation& conversation, const Enumeration& what, std::chrono::seconds timeout);

struct CimReply {
    std::optional<Fault> fault;
    std::vector<cim::Instance> instances; // of Invoke: one, the output parameters
    std::string context;                  // of an unfinished enumeration; may be new in each page
    bool more = false;                    // an enumeration that has not said it is at its end
};

// Reads an answer to the message called id; errors as read_reply. An answer larger than 1 MiB is
// Error{http, output_limit}: we ask for 500 KiB at most.
Result<CimReply> read_cim_reply(std::string_view xml, std::string_view id);

} // namespace rdpsweep::winrm
