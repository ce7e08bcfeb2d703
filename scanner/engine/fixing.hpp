// What a visit does on a host when it is there to fix it.
#pragma once

#include "scanner/fix/host_fix.hpp"

namespace rdpsweep {

class Fixing {
public:
    virtual ~Fixing() = default;

    // An Error that can be retried makes the visit come again with a new session.
    virtual Task<Status>
    fix(const Target& target, Session& session, HostScope& scope, const RecordScript& record) = 0;
};

} // namespace rdpsweep
