// The ways in: one line each.
#pragma once

#include "transports/services.hpp"
#include "transports/transport.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace rdpsweep {

struct TransportKind {
    std::string_view name; // as in an inventory's route
    std::string_view what; // one line for --help
    Result<std::unique_ptr<Transport>> (*make)(Services& services);
};

std::span<const TransportKind> all_transports() noexcept; // transports/registry.cpp

struct SourceKind {
    std::string_view name; // as in an inventory's route
    std::string_view what;
    Result<std::unique_ptr<FactSource>> (*make)(Services& services);
};

std::span<const SourceKind> all_sources() noexcept;

} // namespace rdpsweep
