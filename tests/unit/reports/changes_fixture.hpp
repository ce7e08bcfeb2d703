// Hosts and runs for tests of what changed between two runs.
#pragma once

#include "reports/changes/older_runs.hpp"
#include "tests/support/report_fixture.hpp"

#include <string>
#include <utility>

namespace rdpsweep::test {

// No run is stored but the two.
class NoOlder : public OlderRuns {
public:
    Status
    look(const std::vector<std::string>&, const std::function<void(const OlderLook&)>&) override {
        return {};
    }
};

inline RunInfo run_named(std::string id) {
    RunInfo run;
    run.id = std::move(id);
    run.started = run_start;
    return run;
}

inline HostResult named(HostResult host, std::size_t index, const std::string& name) {
    host.index = index;
    host.target.name = name;
    host.target.id = name;
    return host;
}

inline HostResult silent(std::size_t index, const std::string& name) {
    const Error late(Phase::tls, Errc::timed_out, "late");
    return named(obstructed_host(index, Outcome::unreachable, late), index, name);
}

} // namespace rdpsweep::test
