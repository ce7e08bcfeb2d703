// The scheduler of a sweep (admission, window, places, pace) over large fleets, in simulated time:
// a second of it takes no time here.
#include "core/pace.hpp"
#include "scanner/admission/admission.hpp"
#include "scanner/run/ways.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <tuple>

using namespace rdpsweep;
using namespace std::chrono_literals;

namespace {

using Seconds = std::chrono::duration<double>;
using Moment = Clock::time_point;

// A fleet 80 ms away whose PowerShell takes 2.4 s, as bench/sweep_shape.py has it.
constexpr Seconds connecting = 240ms; // TCP and TLS
constexpr Seconds working = 3000ms;   // and the round trips of a shell
constexpr Seconds looking = 400ms;    // RDP from outside
constexpr Seconds silent = 5s;        // until a connect is given up
constexpr int tries = 3;
constexpr std::array<Seconds, tries> pause_before{0s, 500ms, 1000ms};

constexpr std::size_t most_beginners = 32; // as of Sweep
constexpr std::size_t plenty_of_descriptors = 16'000;

struct Fleet {
    std::size_t hosts;
    bool holes_first;

    [[nodiscard]] bool is_hole(std::size_t host) const {
        if (holes_first) return host < hosts * 3 / 10;
        return host * 7919 % 10 < 3; // 30 %, spread
    }
};

// Does with each host what a visit does with the scheduler, and keeps the time.
class Schedule {
public:
    Schedule(const Fleet& fleet, double rate)
        : fleet_(fleet), targets_(fleet.hosts), visits_(fleet.hosts), pace_(rate, rate / 10, now_),
          beginners_pace_(
              rate / limits::connections_a_host, rate / 10 / limits::connections_a_host, now_
          ),
          admission_(
              targets_,
              admission_rules({}, limits::in_flight, plenty_of_descriptors),
              {[this] { room_ = true; }, [](const auto&, const auto&) {}}
          ) {}

    // Returns how long the sweep took.
    Seconds run() {
        for (std::size_t host = 0; host < fleet_.hosts; ++host)
            admission_.add(host, "");
        pump();
        while (step()) {
        }
        return now_ - begun_;
    }

    [[nodiscard]] std::size_t ended() const noexcept { return ended_; }

    // The longest that a host which answers was held beyond its own work.
    [[nodiscard]] Seconds longest_hold() const noexcept { return longest_hold_; }

private:
    enum Line : std::size_t { at_work, coming_back, beginning };

    using Act = std::function<void()>;

    struct Event {
        Moment at;
        std::size_t number; // events of one moment come in order
        Act act;

        bool operator<(const Event& other) const {
            return std::tie(at, number) > std::tie(other.at, other.number);
        }
    };

    struct Visit {
        Moment began;
        int tried = 0;
        std::unique_ptr<HostDeadline> deadline;
        Places::Place place;
    };

    void after(Seconds time, Act act) {
        events_.push(
            {now_ + std::chrono::duration_cast<Clock::duration>(time), ++number_, std::move(act)}
        );
    }

    void pump() {
        room_ = false;
        while (lines_[beginning].size() < most_beginners) {
            const auto host = admission_.take();
            if (!host) break;
            lines_[beginning].push_back([this, host] { begin(*host); });
        }
    }

    void begin(std::size_t host) {
        visits_[host].began = now_;
        after(fleet_.is_hole(host) ? silent : connecting, [this, host] { tried(host); });
    }

    void tried(std::size_t host) {
        if (!fleet_.is_hole(host)) return connect(host);
        const auto tried = static_cast<std::size_t>(++visits_[host].tried);
        if (tried == tries) {
            Attempt attempt;
            attempt.reached = Phase::connect;
            attempt.error = Error(Phase::connect, Errc::timed_out, "silent");
            return end(host, std::move(attempt));
        }
        after(pause_before.at(tried), [this, host] {
            lines_[coming_back].push_back([this, host] {
                after(silent, [this, host] { this->tried(host); });
            });
        });
    }

    void connect(std::size_t host) {
        auto& visit = visits_[host];
        visit.deadline =
            std::make_unique<HostDeadline>(lane_.get_executor(), Clock::time_point::max());
        asio::co_spawn(lane_, work(host), asio::detached);
    }

    Task<void> work(std::size_t host) {
        auto& visit = visits_[host];
        visit.place = co_await admission_.work(host, *visit.deadline);
        after(working, [this, host] {
            lines_[at_work].push_back([this, host] {
                after(looking, [this, host] { look_ended(host); });
            });
        });
    }

    void look_ended(std::size_t host) {
        auto& visit = visits_[host];
        const auto own = connecting + working + looking;
        longest_hold_ = std::max(longest_hold_, Seconds(now_ - visit.began) - own);
        visit.place = Places::Place();
        visit.deadline.reset();
        Attempt attempt;
        attempt.reached = Phase::run;
        end(host, std::move(attempt));
    }

    void end(std::size_t host, Attempt attempt) {
        HostResult result;
        result.index = host;
        result.attempts.push_back(std::move(attempt));
        ++ended_;
        admission_.ended(result);
        room_ = true;
    }

    // Whose turn it is to open a connection next, and when, as Pacer has it.
    [[nodiscard]] std::deque<Act>* first() {
        for (auto& line : lines_) {
            if (!line.empty()) return &line;
        }
        return nullptr;
    }

    [[nodiscard]] Moment due(const std::deque<Act>* line) {
        const auto any = pace_.due(now_);
        return line == &lines_[beginning] ? std::max(any, beginners_pace_.due(now_)) : any;
    }

    bool serve_turn() {
        auto* const line = first();
        if (line == nullptr || due(line) > now_) return false;
        pace_.take(now_);
        if (line == &lines_[beginning]) beginners_pace_.take(now_);
        const auto act = std::move(line->front());
        line->pop_front();
        act();
        room_ = true;
        return true;
    }

    // Does what is to be done now, or goes on to when there is something; false at the end.
    bool step() {
        if (serve_turn()) return settle();
        auto next = events_.empty() ? Moment::max() : events_.top().at;
        if (auto* const line = first()) next = std::min(next, due(line));
        if (next == Moment::max()) return false;
        now_ = std::max(now_, next);
        while (!events_.empty() && events_.top().at <= now_) {
            const auto act = events_.top().act;
            events_.pop();
            act();
        }
        return settle();
    }

    bool settle() {
        do {
            lane_.restart();
            lane_.poll();
            if (room_) pump();
        } while (room_);
        return true;
    }

    const Fleet fleet_;
    asio::io_context lane_{1};
    std::vector<Target> targets_;
    std::vector<Visit> visits_;
    const Moment begun_ = Moment(24h);
    Moment now_ = begun_;
    Pace pace_;
    Pace beginners_pace_;
    Admission admission_;
    std::array<std::deque<Act>, 3> lines_;
    std::priority_queue<Event> events_;
    std::size_t number_ = 0;
    std::size_t ended_ = 0;
    bool room_ = false;
    Seconds longest_hold_{0};
};

} // namespace

TEST_CASE("schedule: black holes and a long inventory cost next to nothing", "[admission]") {
    for (const std::size_t hosts : {500u, 2'000u, 10'000u, 100'000u}) {
        for (const bool holes_first : {false, true}) {
            INFO(hosts << " hosts, holes " << (holes_first ? "first" : "spread"));
            const Fleet fleet{hosts, holes_first};
            const auto rate = usual_connect_rate(hosts);
            Schedule schedule(fleet, rate);
            const auto took = schedule.run();
            CHECK(schedule.ended() == hosts);
            // Every connection has its turn, and then the longest host, which is a hole.
            const auto turns = static_cast<double>(hosts) * (0.7 * 2 + 0.3 * tries);
            const auto hole = silent * tries + pause_before[1] + pause_before[2];
            const auto perfect = Seconds(turns / rate) + hole;
            CHECK(took < perfect * 1.25);
            // Where thousands of holes come first their second and third tries go before those who
            // are to begin, so that for a moment nothing but holes ends: the window is halved once,
            // and hosts that answer wait for their place meanwhile.
            CHECK(schedule.longest_hold() < (holes_first ? Seconds(2s) : Seconds(1s)));
        }
    }
}
