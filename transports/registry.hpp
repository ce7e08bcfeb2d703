// The transports: one row each, with everything that others have to know of one. No code compares
// names.
#pragma once

#include "transports/services.hpp"
#include "transports/transport.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace rdpsweep {

// By what a session of the transport answers CIM's questions (CimClient).
enum class Questions : std::uint8_t {
    none,
    cim, // WMI itself
    cmd, // cmd.exe's tools stand in for it
};

// What the sweep has to know of a way in before it is taken.
struct TransportTraits {
    bool by_azure = false;   // Azure leads there: no address is needed, a VM's id is
    bool by_disk = false;    // its disk is read: no VM is connected to, and no script runs
    bool by_agent = false;   // the VM's agent does the work: no use while it is not ready
    bool logs_on = true;     // takes a credential of Windows
    bool slow = false;       // minutes where a network path takes seconds
    bool few_places = false; // a subscription has room for few at once
    Questions questions = Questions::none;
    // Returns the port of the VM it connects to. Null: it connects to none.
    std::uint16_t (*port)(const Target& target) noexcept = nullptr;
    // Returns the account that the target names for it, empty: the credential's. Null: always that.
    const std::string& (*user)(const Target& target) noexcept = nullptr;

    [[nodiscard]] constexpr bool needs_address() const noexcept { return !by_azure && !by_disk; }
};

struct TransportKind {
    std::string_view name; // as in an inventory's route
    std::string_view what; // one line for --help
    TransportTraits traits;
    Result<std::unique_ptr<Transport>> (*make)(Services& services);
    std::string_view second_name = {}; // of an attempt by its second way; empty: also `name`
};

std::span<const TransportKind> all_transports() noexcept; // transports/registry.cpp

struct SourceKind {
    std::string_view name; // as in an inventory's route
    std::string_view what;
    TransportTraits traits;
    Result<std::unique_ptr<FactSource>> (*make)(Services& services);
};

// Returns the one way to look at a VM without logging on to it.
const SourceKind& outside_source() noexcept;

// Returns the traits of a transport or a source, by its name in a route or in an attempt; those of
// a network path for what is neither.
TransportTraits traits_of(std::string_view name) noexcept;

} // namespace rdpsweep
