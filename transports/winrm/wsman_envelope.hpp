// The SOAP envelope that every WS-Management message shares, written and opened.
#pragma once

#include "core/result.hpp"
#include "transports/winrm/fault.hpp"
#include "transports/winrm/wsman.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep::winrm {

struct Addressed {
    std::string_view resource;  // ResourceURI
    std::string_view action;    // Action
    std::chrono::seconds limit; // OperationTimeout
};

// Returns <name s:mustUnderstand="true">value</name>, escaped.
std::string must(std::string_view name, std::string_view value);

// Returns "PT20S", as xs:duration.
std::string duration(std::chrono::seconds value);

// What an envelope carries, as XML: one text, or two with one between that is shared.
struct EnvelopeBody {
    EnvelopeBody() = default;

    EnvelopeBody(const std::string& whole) : before(whole) {} // NOLINT: most are one text

    EnvelopeBody(
        std::string_view first, std::shared_ptr<const std::string> middle, std::string_view last
    )
        : before(first), shared(std::move(middle)), behind(last) {}

    std::string_view before; // these two must outlive it
    std::shared_ptr<const std::string> shared;
    std::string_view behind;
};

// Returns a message with headers and body as given (XML already). Prefixes declared: s a w p rsp.
Message envelope(
    const Conversation& conversation,
    const Addressed& to,
    std::string_view more_headers,
    const EnvelopeBody& body
);

struct Opened {
    std::unique_ptr<pugi::xml_document> document; // owns body
    pugi::xml_node body;
    std::string action;
    std::optional<Fault> fault;
};

// Opens an answer to the message called id. Error{http, protocol_violation} when it is no SOAP, or
// relates to another message (a fault may relate to none).
Result<Opened> open_reply(std::string_view xml, std::string_view id);

// Returns Error{http, protocol_violation}: this is not the WS-Management we know.
Error not_ours(std::string what);

} // namespace rdpsweep::winrm
