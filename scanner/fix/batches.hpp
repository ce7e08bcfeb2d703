// How a plan's hosts are parted into batches, and when to stop. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// One step of a schedule: a number of hosts, or a percentage of the plan.
struct BatchSize {
    std::size_t number = 1;
    bool percent = false;

    friend bool operator==(const BatchSize&, const BatchSize&) = default;
};

// Reads "1,3,10,10%,25%,100%". Nothing when it is no such list, or a size is 0.
std::optional<std::vector<BatchSize>> parse_batches(std::string_view text);

// Writes what parse_batches() reads.
std::string batches_text(const std::vector<BatchSize>& schedule);

inline constexpr std::string_view usual_batches = "1,3,10,10%,25%,100%";

// What matters about a host when a plan is parted.
struct BatchHost {
    std::string stratum;          // what fails alike: fixes, release, variant of the cause
    std::vector<std::string> kin; // what it shares with others that stand in for it
};

struct Batches {
    std::vector<std::vector<std::size_t>> all; // positions of the plan's hosts, batch by batch
    std::size_t canaries = 0;                  // how many of the first are canaries
};

// Parts hosts into batches. Within a batch no two hosts have kin in common: batches shrink rather
// than touch two of an availability set at once. The canary holds as many hosts of each stratum as
// the first size says; strata that do not fit next to each other make further canaries. Percentages
// are of the whole plan, rounded down, at least 1; the last size repeats. Within a batch hosts keep
// their order.
Batches
part_into_batches(const std::vector<BatchHost>& hosts, const std::vector<BatchSize>& schedule);

// How a host ended, as far as the stop rules care.
enum class HostEnd {
    good,            // verified, or rightly left alone
    drifted,         // left alone, as the world is not that of the plan any more
    bad,             // failed, unreachable, not backed up, not verified
    rollback_failed, // and the host's state is unknown
};

// The rules by which a plan stops. They are asked after each host, so that no further host starts.
// A stop is asked for when
//   a rollback failed; or
//   a host of a canary went bad; or
//   more than a tenth of a batch did: 0 of up to 9 hosts, 1 of 10 to 19; or
//   3 hosts, or 2 % of those that were started if that is more, did; or
//   3 hosts in a row did; or
//   3 hosts of a batch, and more than a fifth of it, are not what was planned for.
class StopRules {
public:
    // Begins a batch; call it before the first of its hosts starts. so_far: how those of its hosts
    // ended that an earlier process visited; they are part of its size.
    void begin_batch(bool canary, std::size_t size, const std::vector<HostEnd>& so_far = {});

    // Takes how a host ended that an earlier process visited, in their order. For its own batch it
    // counts when that is begun again.
    void recall(HostEnd end) noexcept;

    void started() noexcept { ++started_; }

    void ended(HostEnd end) noexcept;

    // Returns a key of the catalogue ("fix.stop.canary"), or nothing while all is well.
    [[nodiscard]] std::optional<std::string_view> reason() const noexcept;

private:
    void count(HostEnd end) noexcept;
    void count_in_batch(HostEnd end) noexcept;

    bool canary_ = true;
    std::size_t batch_size_ = 0, batch_bad_ = 0, batch_drifted_ = 0;
    std::size_t started_ = 0, bad_ = 0, in_a_row_ = 0, rollbacks_failed_ = 0;
};

} // namespace rdpsweep
