// The run of a plan's batch: the plan itself keeps what becomes of each host.
#pragma once

#include "core/terminal_writer.hpp"
#include "scanner/engine/fixing.hpp"
#include "scanner/run/run_kind.hpp"

namespace rdpsweep {

class FixRun final : public RunKind {
public:
    // fixing, and out, where it says what becomes of hosts, must outlive it.
    FixRun(Fixing& fixing, TerminalWriter& out) : fixing_(fixing), out_(out) {}

    [[nodiscard]] RunTraits traits() const override;
    Status started(std::size_t index, const Target& target) override;
    Status finished(const HostResult& host) override;
    bool may_begin() override;
    [[nodiscard]] std::string why_no_more() const override;
    Status close(Speaker& speaker) override;
    [[nodiscard]] int status() const override;

private:
    Fixing& fixing_;
    TerminalWriter& out_;
};

} // namespace rdpsweep
