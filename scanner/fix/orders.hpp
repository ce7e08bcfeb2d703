// What somebody asks of a plan that is being applied, perhaps from another terminal.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rdpsweep {

enum class FixOrder : std::uint8_t {
    none,
    pause, // begin no further host; --resume continues
    abort, // the same, and --acknowledge is needed to continue
};

// Writes <state>/plans/<id>/order. Error{config, ...}: local_limit when it cannot be written,
// access_denied when the state directory is not ours alone (state_folder.hpp).
Status give_order(const std::string& state_dir, const std::string& plan_id, FixOrder order);

// Returns the order given, none when there is none or it is not understood. One that is there and
// cannot be read is taken for abort.
FixOrder order_of(const std::string& state_dir, const std::string& plan_id);

// Writes <state>/plans/<id>/stopped: why the plan was stopped, in a word; --acknowledge with that
// word is needed to continue. A stop that is there already stays. Error as of give_order().
Status keep_stop(const std::string& state_dir, const std::string& plan_id, std::string_view reason);

// Returns why the plan was stopped; empty: it was not. A stop that is there and cannot be read is
// taken for abort.
std::string stop_of(const std::string& state_dir, const std::string& plan_id);

// Removes the stop: somebody has acknowledged it.
void forget_stop(const std::string& state_dir, const std::string& plan_id);

// Removes the order: it was obeyed, or somebody continues in spite of it.
void take_back_order(const std::string& state_dir, const std::string& plan_id);

} // namespace rdpsweep
