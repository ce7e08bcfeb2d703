// A host that was shown a password may say it again in what it tells about itself: taken out before
// the result is stored and reported. The rules judge what the host said, not what is left of it.
#pragma once

#include "core/outcome.hpp"

namespace rdpsweep {

// Redacts the arguments of a sentence that a host's words went into.
void redact_arguments(Message& message);

// Redacts what findings show of facts, and the facts themselves. In the facts, which are read again
// when fixes are planned, secrets of fewer than 8 bytes stay: they may be words of Windows.
void redact_result(HostResult& result);

} // namespace rdpsweep
