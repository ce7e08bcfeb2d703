// When hosts may begin, and how long each of them has.
#include "core/spawn.hpp"
#include "scanner/engine/sweep.hpp"
#include "transports/disk/disk.hpp"
#include "transports/registry.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

// Hosts that wait for a turn to connect: enough that each turn finds one, few enough that what is
// learned meanwhile of a credential still counts for the others.
constexpr std::size_t most_beginners = 32;

// A VM has one to two of these to answer a connection before others set out although it does not:
// as long as a round trip takes around the world.
constexpr std::chrono::milliseconds silence{250};

// How often it is asked whether hosts may be begun again: nobody tells.
constexpr std::chrono::milliseconds hold_interval{20};

} // namespace

// Lets every host go that may go now. Where our pace is what they wait for, a few wait for it; the
// others are not begun, and cost nothing.
void Sweep::pump() {
    while (!stopping_ && beginners_ < most_beginners && !hold()) {
        const auto index = admission_.take();
        if (!index) return watch_silence();
        ++tasks_;
        ++beginners_;
        spawn(lane_.get_executor(), host(*index));
    }
}

// Until a credential is proved good few hosts set out with it. Those that do not answer must not be
// all of them for as long as a connection takes to time out.
void Sweep::watch_silence() {
    if (watches_silence_ || !admission_.anybody_waits() || !admission_.anybody_before_login())
        return;
    watches_silence_ = true;
    silence_timer_.expires_after(silence);
    silence_timer_.async_wait([this](boost::system::error_code code) {
        watches_silence_ = false;
        if (code || stopping_) return;
        admission_.pass_over_silent();
        pump();
    });
}

// Where nothing is under way, our memory has room for one host at least.
Sweep::Held Sweep::reason_to_hold() const {
    if (!admission_.anybody_waits()) return Held::by_nothing;
    const auto& may_begin = options_.events.may_begin;
    if (may_begin && !may_begin()) return Held::by_reader;
    return tasks_ == 0 || bytes_->may_begin() ? Held::by_nothing : Held::by_memory;
}

// Tells whether hosts have to wait although they might go. Their own time has not begun. Hosts that
// hold much and never go on must not keep all others from beginning: the heaviest ends.
bool Sweep::hold() {
    if (held_ != Held::by_nothing) return true;
    held_ = reason_to_hold();
    if (held_ == Held::by_nothing) return false;
    if (held_ == Held::by_memory) bytes_->end_heaviest_if_stalled();
    hold_timer_.expires_after(hold_interval);
    hold_timer_.async_wait([this](boost::system::error_code) {
        held_ = Held::by_nothing;
        pump();
    });
    return true;
}

// What runs by an agent or a console, and a snapshot that Azure makes, take minutes where a network
// path takes seconds.
Clock::duration Sweep::usual_budget(const Target& target) const {
    if (options_.host_deadline) return *options_.host_deadline;
    const bool snapshot = disk::reads_snapshot(target);
    const bool slow =
        std::any_of(target.route.begin(), target.route.end(), [&](const std::string& transport) {
            const auto traits = traits_of(transport);
            return traits.slow || (traits.by_disk && snapshot);
        });
    return slow ? limits::slow_host : limits::host;
}

} // namespace rdpsweep
