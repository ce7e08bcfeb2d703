// The ways in: one line each.
#pragma once

#include "transports/services.hpp"
#include "transports/transport.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace rdpsweep {

// What the sweep has to know of a way in before it is taken.
struct TransportTraits {
    bool by_azure = false;   // Azure leads there: no address is needed, a VM's id is
    bool by_agent = false;   // the VM's agent does the work: no use while it is not ready
    bool logs_on = true;     // takes a credential of Windows
    bool slow = false;       // minutes where a network path takes seconds
    bool few_places = false; // a subscription has room for few at once
};

struct TransportKind {
    std::string_view name; // as in an inventory's route
    std::string_view what; // one line for --help
    TransportTraits traits;
    Result<std::unique_ptr<Transport>> (*make)(Services& services);
};

std::span<const TransportKind> all_transports() noexcept; // transports/registry.cpp

struct SourceKind {
    std::string_view name; // as in an inventory's route
    std::string_view what;
    Result<std::unique_ptr<FactSource>> (*make)(Services& services);
};

// The one way to look at a VM without logging on to it.
const SourceKind& outside_source() noexcept;

// Of a transport or a source, by its name in a route; those of a network path for what is neither.
TransportTraits traits_of(std::string_view name) noexcept;

} // namespace rdpsweep
