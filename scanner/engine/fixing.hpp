// What a sweep asks of the plan that it carries out; the fixes themselves implement it.
#pragma once

#include "core/host_deadline.hpp"
#include "core/outcome.hpp"
#include "transports/transport.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

namespace rdpsweep {

// What the sweep knows of the host: written down before a script is sent. Error: it may not be.
using RecordScript = std::function<Status(const Script& script)>;

class Fixing {
public:
    virtual ~Fixing() = default;

    // Returns whether the target is one of those that this sweep is to visit.
    [[nodiscard]] virtual bool wants(const Target& target) const = 0;

    // Returns how many targets it wants.
    [[nodiscard]] virtual std::size_t batch_size() const = 0;

    // Takes note that a host is about to be visited.
    virtual void started() = 0;

    // Fixes the host over that session. An Error that can be retried makes the visit come again
    // with a new session.
    virtual Task<Status>
    fix(const Target& target, Session& session, HostDeadline& deadline, const RecordScript& record
    ) = 0;

    // Takes note of what became of the host. Error: it could not be written down.
    virtual Status finished(const HostResult& result) = 0;

    // Returns why no further host may be begun, as a key of the catalogue; nothing while they may.
    [[nodiscard]] virtual std::optional<std::string_view> stop_reason() const = 0;
};

} // namespace rdpsweep
