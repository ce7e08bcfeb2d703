// A limit on load as an inventory states it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rdpsweep {

// all: the whole sweep. The others hold for each subnet (/24, /64), subscription (of the ARM id),
// credential or transport by itself.
enum class LimitRange : std::uint8_t { all, subnet, subscription, credential, transport };
std::string_view to_string(LimitRange range) noexcept;

struct LimitSpec {
    LimitRange range = LimitRange::all;
    std::optional<std::size_t> max_in_flight;
    std::optional<std::size_t> max_auth_failures; // range credential only
};

} // namespace rdpsweep
