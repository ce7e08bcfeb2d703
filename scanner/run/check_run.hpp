// The run of the verb check: it says at once whether each host lets us in, and keeps nothing.
#pragma once

#include "core/terminal_writer.hpp"
#include "scanner/run/run_kind.hpp"

namespace rdpsweep {

class CheckRun final : public RunKind {
public:
    // setup must outlive it.
    explicit CheckRun(const RunSetup& setup);
    ~CheckRun() override;

    [[nodiscard]] RunTraits traits() const override;
    Status started(std::size_t index, const Target& target) override;
    Status finished(const HostResult& host) override;
    bool may_begin() override;
    Status close(Speaker& speaker) override;
    [[nodiscard]] int status() const override;

private:
    const RunSetup& setup_;
    TerminalWriter out_;
};

} // namespace rdpsweep
