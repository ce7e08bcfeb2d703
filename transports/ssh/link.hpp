// One SSH connection: libssh2 without blocking, driven by Asio's readiness in both directions.
#pragma once

#include "core/asio.hpp"
#include "core/host_deadline.hpp"
#include "core/idle_exchanges.hpp"
#include "core/outcome.hpp"
#include "core/result.hpp"
#include "transports/ssh/hello.hpp"
#include "transports/ssh/prompts.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct _LIBSSH2_SESSION;

namespace rdpsweep::ssh {

// A session of libssh2 allows one outstanding call: so one coroutine at a time uses a link.
// All bytes go through our own send and receive, which count them, cap them and, once the link is
// dead, fail: libssh2 then never touches a descriptor that is not ours any more.
class Link : public std::enable_shared_from_this<Link> {
public:
    // descriptor: a connected stream socket, non-blocking; owned from here on. attempt must outlive
    // the link. step: for one exchange.
    Link(
        const asio::any_io_executor& executor,
        int descriptor,
        Attempt& attempt,
        Clock::duration step
    );
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    ~Link();

    // Does the version exchange and the key exchange. key_types: wire names of host keys to ask for
    // first.
    Task<Status> handshake(std::span<const std::string> key_types, HostDeadline& deadline);

    // Calls step until it is done, waiting in between while it says LIBSSH2_ERROR_EAGAIN; returns
    // its last value (negative: an error of libssh2, see failure()). LIBSSH2_ERROR_TIMEOUT when
    // until passes first; the link is dead then.
    Task<int>
    drive(const std::function<int()>& step, HostDeadline& deadline, Clock::time_point until);

    // Does drive(), but leaves the link alive when until passes first; LIBSSH2_ERROR_TIMEOUT then.
    // Only for a step that may be left half done.
    Task<int>
    try_until(const std::function<int()>& step, HostDeadline& deadline, Clock::time_point until);

    // Does drive() within one step's time.
    Task<int> drive(const std::function<int()>& step, HostDeadline& deadline);

    // Suspends until the socket is ready for what libssh2 waits for, or wake() is called; false
    // when until passed first. Ends early, sometimes for nothing; and at once where bytes came
    // since received() was `seen`, before the caller last looked: any call of libssh2 takes from
    // the socket what another one waits for, and nothing more may come.
    Task<bool> wait(Clock::time_point until, std::uint64_t seen);

    // Returns how many bytes came so far.
    [[nodiscard]] std::uint64_t received() const noexcept { return received_; }

    void wake() noexcept;

    // Ends all use of the socket. Idempotent.
    void kill() noexcept;

    // Kills the link because the peer was silent for too long; failure() says so.
    void give_up() noexcept;

    // Says goodbye, within the deadline, and kills.
    Task<void> disconnect(HostDeadline& deadline);

    // Returns why the last call failed, as far as it can be told; of a failed logon the code alone.
    // doing: "while logging in".
    [[nodiscard]] Error
    failure(Phase phase, const std::string& doing, const HostDeadline& deadline) const;

    // Allows the peer to send this much from now on, before the link dies as flooded.
    void allow(std::uint64_t bytes) noexcept;

    [[nodiscard]] _LIBSSH2_SESSION* session() const noexcept { return session_; }

    [[nodiscard]] bool dead() const noexcept { return dead_; }

    [[nodiscard]] Hello hello() const { return greeting_.read(); }

    [[nodiscard]] std::string host_key() const; // wire format; empty before the handshake

    [[nodiscard]] Clock::duration step() const noexcept { return step_; }

    [[nodiscard]] Clock::time_point last_heard() const noexcept { return heard_; }

    // Returns whether RSA keys can sign as OpenSSH 8.8 and later want it.
    [[nodiscard]] bool signs_rsa_sha2() const noexcept {
        return contains(ours_.host_keys, "rsa-sha2-512");
    }

    // What keyboard-interactive prompts get while it lasts. Null: nothing.
    Answers* answers = nullptr;

    // Serves a callback of libssh2.
    std::ptrdiff_t receive(void* buffer, std::size_t length) noexcept;
    std::ptrdiff_t send(const void* buffer, std::size_t length) noexcept;

private:
    Task<bool> paced(IdleExchanges& wakes, std::uint64_t before, HostDeadline& deadline);
    Error handshake_failure(int code, const HostDeadline& deadline) const;
    void hear_the_rest() noexcept;

    asio::posix::stream_descriptor socket_;
    asio::steady_timer wake_;
    Attempt& attempt_;
    Clock::duration step_;
    _LIBSSH2_SESSION* session_ = nullptr;
    Algorithms ours_;    // that this libssh2 offers
    Greeting greeting_;  // the peer's first bytes
    bool greets_ = true; // they still come
    std::uint64_t left_; // that the peer may still send
    std::uint64_t received_ = 0;
    Clock::time_point heard_;
    bool dead_ = false;
    bool closed_ = false;    // by the peer
    bool flooded_ = false;   // left_ was used up
    bool timed_out_ = false; // a step was
};

} // namespace rdpsweep::ssh
