// What became of one target, and what became of all of them.
#pragma once

#include "core/error.hpp"
#include "core/finding.hpp"
#include "core/result.hpp"
#include "core/target.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rdpsweep {

// Every target ends as exactly one of these.
enum class Outcome : std::uint8_t {
    assessed,      // facts were read and judged
    unreachable,   // it did not answer, or stopped answering, or answered nonsense
    refused,       // it answered and would not let us in (or we would not trust it)
    skipped,       // left out on purpose: filtered, already assessed by the resumed run
    not_attempted, // the run ended first
};
// Returns every outcome, in the order in which reports show them: assessed first.
std::span<const Outcome> all_outcomes() noexcept;

std::string_view to_string(Outcome outcome) noexcept;
bool from_string(std::string_view text, Outcome& outcome) noexcept;

// Where what is known of a host comes from: nothing is; Windows as it ran; its disk, while no
// Windows ran; or only from outside.
enum class Source : std::uint8_t { none, vm, disk, outside };
std::string_view to_string(Source source) noexcept;
bool from_string(std::string_view text, Source& source) noexcept;

// What is known of the life of a host that was read from its disk.
struct OnDisk {
    std::int64_t last_alive = 0; // newest sign that its Windows ran, Unix seconds; 0: none
    std::int64_t stopped = 0;    // its last clean shutdown; 0: not known
    bool answered = false;       // a client completed RDP's handshake all the same
};

class Arrival;

// One transport of the route, tried once.
struct Attempt {
    std::string transport;                                          // "winrm"
    std::optional<Error> error;                                     // empty: it worked
    Phase reached = Phase::resolve;                                 // the last phase entered
    std::vector<std::pair<Phase, std::chrono::milliseconds>> rungs; // time spent in each, in order
    std::string identity;       // as whom the host knows us; empty when unknown
    std::vector<Message> notes; // "identity not verified (--insecure)", "pinned on first use"
    std::chrono::milliseconds took{};
    // Set before the attempt begins: the host refused this password over another transport, so it
    // must not be shown again.
    bool password_refused = false;
    bool password_withheld = false; // this attempt ended without the password having been shown
    std::uint32_t round_trips = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::function<void(Phase)> on_enter; // told of each phase that begins; gone after leave()
    Arrival* arrival = nullptr;          // asked by arrive() (core/arrival.hpp); gone as well

    // Says that phase begins now: what came before ends, and its time is noted. Entering the
    // current phase again changes nothing.
    void enter(Phase phase);

    // Ends the last phase and sets took.
    void leave();

private:
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point entered_ = begun_;
};

struct HostResult {
    Target target;
    std::size_t index = 0; // position in the inventory
    Outcome outcome = Outcome::not_attempted;
    std::string reason; // for skipped and not_attempted: one sentence
    std::vector<Attempt> attempts;
    std::vector<Finding> findings; // in the order of the rule table; empty unless assessed
    Source source = Source::none;  // none unless assessed
    OnDisk disk;                   // where source is disk
    Verdict verdict = Verdict::unknown;
    Cause root_cause = Cause::none;
    std::vector<Cause> secondary_causes;
    std::string fingerprint; // equal for hosts with equal causes and equal normalised evidence
    std::string facts_json;  // one facts/1 document, with our own handshakes; empty unless assessed
    std::string noise;       // what the host printed around it, bounded
    std::int64_t started = 0; // Unix seconds, our clock
    std::int64_t finished = 0;
    std::chrono::milliseconds took{};

    // Tells whether it was assessed and nothing but its disk speaks for it: that nothing was found
    // there does not mean that RDP works.
    [[nodiscard]] bool by_disk_alone() const noexcept;

    // Tells whether it is such a host, and nothing was found on its disk.
    [[nodiscard]] bool ok_by_disk_alone() const noexcept {
        return verdict == Verdict::ok && by_disk_alone();
    }

    // Returns the key of what "ok" means of it.
    [[nodiscard]] std::string_view meaning_of_ok() const noexcept;
};

struct Totals {
    std::size_t targets = 0;
    std::map<Outcome, std::size_t> by_outcome;
    std::map<Verdict, std::size_t> by_verdict; // of assessed hosts
    std::map<Verdict, std::size_t> by_disk;    // of those of them that are known by disk alone
    void count(const HostResult& result);

    // Tells whether assessed + unreachable + refused + skipped + not_attempted == targets, and the
    // verdicts of the assessed add up to them. False is exit 70.
    [[nodiscard]] bool balanced() const noexcept;
    [[nodiscard]] std::size_t of(Outcome outcome) const noexcept;
    [[nodiscard]] std::size_t of(Verdict verdict) const noexcept;

    // Returns how many hosts of a verdict, or of all verdicts, are known by their disk alone.
    [[nodiscard]] std::size_t disk_alone(Verdict verdict) const noexcept;
    [[nodiscard]] std::size_t disk_alone() const noexcept;
};

// Hosts with the same root cause, verdict and evidence.
struct Group {
    Cause cause = Cause::none;
    Verdict verdict = Verdict::unknown;
    std::string signature;                 // their fingerprint
    Message summary;                       // the deciding finding's
    std::vector<std::string> target_names; // in inventory order
};

struct RunInfo {
    std::string id;
    std::int64_t started = 0;
    std::int64_t finished = 0;
    std::string version;
    std::string collector_sha256;
    std::vector<std::string> args; // redacted
    std::vector<Message> warnings; // "--insecure", "--no-cbt", limits lowered
    std::size_t targets = 0;       // size of the inventory
    bool interrupted = false;
};

struct FleetReport {
    RunInfo run;
    Totals totals;
    std::vector<Group> groups; // broken first, then at_risk, unknown, ok; large groups first
};

// Replays the stored hosts of a run in inventory order; memory stays that of one host.
class HostReader {
public:
    virtual ~HostReader() = default;

    // Calls visit once a host; stops at the first error and returns it.
    virtual Status for_each(const std::function<void(const HostResult&)>& visit) = 0;

    using VisitText = std::function<void(const HostResult& host, std::string_view json)>;

    // Does the same, and says each host as JSON too where that is known without writing it anew:
    // what to_json_text() gives of it in English. Empty where it is not known.
    virtual Status for_each_as_text(const VisitText& visit) {
        return for_each([&visit](const HostResult& host) { visit(host, {}); });
    }
};

} // namespace rdpsweep
