// A second document in one text of YAML, which no inventory has.
#pragma once

#include "scanner/talk/problems.hpp"

#include <optional>

namespace YAML {
class Parser;
}

namespace rdpsweep {

// Returns where the next document of a parser begins; nothing when there is none.
std::optional<Position> find_second_document(YAML::Parser& parser);

} // namespace rdpsweep
