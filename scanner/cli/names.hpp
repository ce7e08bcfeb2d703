// The names that a command line may hold, taken from the registries that own them.
#pragma once

#include <span>
#include <string_view>

namespace rdpsweep {

// Names that the parser must know without depending on the folders that own them.
struct CliNames {
    std::span<const std::string_view> transports;
    std::span<const std::string_view> reports;
    std::span<const std::string_view> languages;
};

// Returns the names that this version knows.
CliNames cli_names();

} // namespace rdpsweep
