// Reading JSON from strangers: bounded, strict, never throwing.
#pragma once

#include "core/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace rdpsweep {

struct JsonLimits {
    std::size_t bytes = 4u << 20;
    std::size_t depth = 32;
    std::size_t nodes = 500'000;
};

// Returns the document in text, which must be one JSON value in UTF-8 without duplicate keys. On
// failure an Error of the given phase with Errc::malformed_output (or output_limit) that says
// where.
Result<nlohmann::json>
parse_json(std::string_view text, Phase phase, const JsonLimits& limits = {});

// Returns one line of JSON; text that is not UTF-8 is written with replacement characters, and what
// a terminal would act on as \uXXXX.
std::string dump_json(const nlohmann::json& value);

} // namespace rdpsweep
