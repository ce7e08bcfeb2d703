// How many bytes of what hosts sent we hold: at most so many for a question, for a host, and for
// all hosts together.
#pragma once

#include "core/asio.hpp"
#include "core/limits.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>

namespace rdpsweep {

class HostBytes;
class HostDeadline;

struct ByteRules {
    std::size_t host = limits::host_bytes;     // one host, all of its questions
    std::size_t share = limits::host_share;    // of it that is there for each host at any time
    std::size_t common = limits::common_bytes; // all hosts together, beyond their shares
    Clock::duration patience = limits::byte_patience;
};

// What all hosts of a run make us hold. Each host has its share; what it holds beyond is drawn from
// what is common. When that is used up, hosts that want more wait, and the one that holds least is
// served first. Where somebody waits and nothing has moved for rules.patience, the host that holds
// most ends: so somebody can always go on. On one lane.
class BytePool {
public:
    explicit BytePool(ByteRules rules = {}) : rules_(rules) {}

    BytePool(const BytePool&) = delete;
    BytePool& operator=(const BytePool&) = delete;

    [[nodiscard]] const ByteRules& rules() const noexcept { return rules_; }

    // Returns what is drawn from what is common.
    [[nodiscard]] std::size_t drawn() const noexcept { return drawn_; }

    // Returns what all hosts hold, their shares included.
    [[nodiscard]] std::size_t held() const noexcept { return held_; }

    // Tells whether another host may begin: nobody waits, and there is room for all that one host
    // may make us hold.
    [[nodiscard]] bool may_begin() const noexcept;

    // Ends the host that holds most, where one may be ended and the last one has let go, if nothing
    // was drawn or given back for rules.patience.
    void end_heaviest_if_stalled();

private:
    friend class HostBytes;

    struct Waiter {
        HostBytes& host;
        std::size_t more;
        asio::steady_timer timer;
        bool served = false;
    };

    class Place;

    [[nodiscard]] std::size_t beyond_share(std::size_t held) const noexcept;
    bool draw(HostBytes& host, std::size_t more) noexcept;
    void give_back(HostBytes& host, std::size_t bytes);
    void serve();
    void book(std::size_t drawn) noexcept;
    void end_heaviest();

    ByteRules rules_;
    std::size_t drawn_ = 0;
    Clock::time_point moved_ = Clock::now(); // when that last changed
    std::size_t held_ = 0;
    std::list<HostBytes*> hosts_;
    std::list<Waiter*> waiting_;
    const HostBytes* ending_ = nullptr; // was told to end and still holds more than its share
};

// What one host makes us hold.
class HostBytes {
public:
    // Without a pool only the rules of one host hold: what is asked before and beside a sweep.
    explicit HostBytes(std::shared_ptr<BytePool> pool = nullptr, ByteRules rules = {});
    HostBytes(const HostBytes&) = delete;
    HostBytes& operator=(const HostBytes&) = delete;
    ~HostBytes();

    [[nodiscard]] std::size_t held() const noexcept { return held_; }

    // Returns how many bytes more the host may make us hold.
    [[nodiscard]] std::size_t left() const noexcept { return rules_.host - held_; }

    // Sets what ends the host when it holds most and others wait; nothing: it is left alone.
    void ended_by(std::function<void()> end) { end_ = std::move(end); }

    // Returns why the host was ended; nothing while it was not.
    [[nodiscard]] const std::optional<Error>& over() const noexcept { return over_; }

private:
    friend class BytePool;
    friend class HeldBytes;

    Task<Status> take(std::size_t more, HostDeadline& deadline);
    Task<Status> wait(std::size_t more, HostDeadline& deadline);
    void give_back(std::size_t bytes);

    std::shared_ptr<BytePool> pool_;        // null: none
    std::list<HostBytes*>::iterator place_; // among the pool's hosts
    ByteRules rules_;
    std::size_t held_ = 0;
    std::function<void()> end_;
    std::optional<Error> over_;
};

// What one answer of a host makes us hold, for as long as this lives.
class HeldBytes {
public:
    HeldBytes() = default; // of nobody: it holds nothing

    explicit HeldBytes(
        std::shared_ptr<HostBytes> host, std::size_t most = limits::question_bytes
    ) noexcept
        : host_(std::move(host)), most_(most) {}

    HeldBytes(HeldBytes&& other) noexcept { swap(other); }

    HeldBytes& operator=(HeldBytes&& other) noexcept {
        HeldBytes(std::move(other)).swap(*this);
        return *this;
    }

    ~HeldBytes() { settle(0); }

    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    // Makes it stand for so many bytes in all; waits where there is no room for them now.
    // Error{run, output_limit} beyond what one answer or one host may take, timed_out or cancelled
    // when the deadline passed while it waited, local_limit when this host held most of what all
    // hold: see HostBytes::over().
    Task<Status> hold(std::size_t bytes, HostDeadline& deadline);

    // Lowers it to so many bytes.
    void settle(std::size_t bytes) noexcept;

private:
    void swap(HeldBytes& other) noexcept;

    std::shared_ptr<HostBytes> host_;
    std::size_t most_ = 0;
    std::size_t bytes_ = 0;
};

} // namespace rdpsweep
