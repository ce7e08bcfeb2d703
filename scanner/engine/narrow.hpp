// What the collector is told where little comes back.
#pragma once

#include "transports/transport.hpp"

#include <string>

namespace rdpsweep {

// lean: a JSON object of arguments; with the room that the session's way back has, if that is little.
inline std::string narrow_arguments(std::string lean, const Session& session) {
    if (session.tail() == 0) return lean;
    lean.pop_back();
    return lean + ",\"most\":" + std::to_string(session.tail()) + "}";
}

} // namespace rdpsweep
