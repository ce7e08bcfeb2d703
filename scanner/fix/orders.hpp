// What somebody asks of a plan that is being applied, perhaps from another terminal.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>

namespace rdpsweep {

enum class FixOrder : std::uint8_t {
    none,
    pause, // begin no further host; going on takes --resume
    abort, // the same, and going on takes a word about it
};

// <state>/plans/<id>/order. Error{config, local_limit} when it cannot be written.
Status give_order(const std::string& state_dir, const std::string& plan_id, FixOrder order);

// The order that stands, none when there is none or it is not understood.
FixOrder order_of(const std::string& state_dir, const std::string& plan_id);

// The order was heard, or somebody goes on in spite of it.
void take_back_order(const std::string& state_dir, const std::string& plan_id);

} // namespace rdpsweep
