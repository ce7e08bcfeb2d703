// What to ask a host over CIM, and the facts its answers make: the collector for machines on which
// PowerShell cannot run. No I/O: somebody else carries the questions.
#pragma once

#include "core/cim.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace rdpsweep {

struct CimPlanOptions {
    std::uint32_t event_hours = 24; // how far back the System log is read
    // cmd.exe's tools answer instead: no question has more rows than a screen, and logs are left
    // out.
    bool by_commands = false;
};

// Usage: while next() gives a request, carry it to the host and hand what came back to answer().
// Every request is cim::reads_only(). The number of requests is bounded whatever the host answers.
class CimPlan {
public:
    explicit CimPlan(CimPlanOptions options);
    ~CimPlan();
    CimPlan(CimPlan&&) noexcept;
    CimPlan& operator=(CimPlan&&) noexcept;

    // Returns the next request; nothing when all is asked.
    [[nodiscard]] std::optional<cim::Request> next();

    // Takes what the host said to the latest request. An Error makes what was asked for unread,
    // with the WS-Man fault or the provider's return value as its code.
    void answer(Result<cim::Rows> rows);

    // Returns why the host lets us ask nothing, where it does: neither the registry nor the
    // operating system.
    [[nodiscard]] std::optional<Error> refusal() const;

    // Returns the facts/1 document (decode.hpp); collector.path is "cim", or "sac" by commands.
    // What no CIM class tells is in /unread as "unsupported".
    [[nodiscard]] std::string document() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace rdpsweep
