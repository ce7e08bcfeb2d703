// A command's output cut into the Streams a server sends, politely or not.
#pragma once

#include "tests/simfleet/vm.hpp"
#include "tests/simfleet/windows/interpreter.hpp"

#include <cstddef>
#include <deque>
#include <string>

namespace simfleet {

struct Piece {
    bool error = false; // stderr
    std::string bytes;
};

struct Transcript {
    std::deque<Piece> pieces;
    std::size_t pieces_per_answer = 64;
};

// What manner makes of the output of a command that has ended.
Transcript transcribe(Manner manner, const Execution& execution);

} // namespace simfleet
