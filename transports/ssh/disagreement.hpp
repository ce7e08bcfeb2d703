// Why two sides have no algorithm in common, and what would help. libssh2 says only that they have
// none.
#pragma once

#include "transports/ssh/hello.hpp"

#include <string>

namespace rdpsweep::ssh {

struct Disagreement {
    std::string what; // one sentence that names what both sides offer; empty: they could agree
    std::string hint;
};

// Returns why no common algorithm exists, which side is the older one, and the line of the server's
// sshd_config that would do.
Disagreement explain_disagreement(const Algorithms& ours, const Offer& theirs);

} // namespace rdpsweep::ssh
