// What a run is made for: what it does with each host, and how it ends. One class a kind.
#pragma once

#include "core/writer.hpp"
#include "scanner/run/run_setup.hpp"

#include <string>
#include <string_view>

namespace rdpsweep {

// What the sweep itself has to know of the kind.
struct RunTraits {
    VisitKind visits = VisitKind::assess;
    bool looks_outside = false;    // also at hosts whose route does not name it
    bool gathers_evidence = false; // Azure is asked about hosts that were not assessed
    bool shows_progress = false;
    bool any_order = false;              // hosts need not be visited in the inventory's
    std::string_view credential_stopped; // key of the catalogue: said when one is withdrawn
    Clock::duration drain = std::chrono::seconds(5); // for hosts in flight, after the first signal
    Fixing* fixing = nullptr;                        // of VisitKind::fix
};

class RunKind {
public:
    virtual ~RunKind() = default;

    [[nodiscard]] virtual RunTraits traits() const = 0;

    // Takes note that a host is about to be visited. An Error of this or the next ends the run.
    virtual Status started(std::size_t index, const Target& target) = 0;

    // Keeps what became of a host; it is counted afterwards.
    virtual Status finished(const HostResult& host) = 0;

    // Tells whether another host may be begun now: not while what became of others waits for a
    // reader. Gives up an output that took nothing for limits::reader_patience.
    virtual bool may_begin() { return true; }

    // Returns why no further host is begun, a sentence; empty while they are.
    [[nodiscard]] virtual std::string why_no_more() const { return {}; }

    // Writes what is to be written once all hosts are counted. Readers are waited for as long as
    // the speaker's patience.
    virtual Status close(Speaker& speaker) = 0;

    // Returns the exit status of a run that was neither interrupted nor failed.
    [[nodiscard]] virtual int status() const = 0;
};

} // namespace rdpsweep
