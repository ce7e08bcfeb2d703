// The GSSAPI engine against a KDC that fails or is silent: asked once, and nobody else waits for
// it.
#include "core/limits.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/scratch.hpp"
#include "transports/winrm/gss.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace rdpsweep;
using namespace std::chrono_literals;
using rdpsweep::test::run_task;
using winrm::GssContext;
using winrm::GssEngine;
using winrm::Mechanism;

namespace {

// A KDC on loopback that takes connections and never answers; the realm KDC.TEST is its.
class SilentKdc {
public:
    enum class Manner { hang_up, hold };

    explicit SilentKdc(Manner manner) : manner_(manner) {
        listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof where;
        REQUIRE(bind(listener_, reinterpret_cast<sockaddr*>(&where), size) == 0);
        REQUIRE(listen(listener_, 64) == 0);
        getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size);
        const auto configuration = scratch_.file(
            "krb5.conf",
            "[libdefaults]\n default_realm = KDC.TEST\n udp_preference_limit = 1\n"
            " dns_lookup_kdc = false\n rdns = false\n[realms]\n KDC.TEST = {\n  kdc = 127.0.0.1:" +
                std::to_string(ntohs(where.sin_port)) + "\n }\n"
        );
        setenv("KRB5_CONFIG", configuration.c_str(), 1);
        thread_ = std::thread([this] { serve(); });
    }

    SilentKdc(const SilentKdc&) = delete;
    SilentKdc& operator=(const SilentKdc&) = delete;

    ~SilentKdc() {
        release();
        unsetenv("KRB5_CONFIG");
    }

    // Hangs up on everybody who waits, now and from now on.
    void release() {
        if (!thread_.joinable()) return;
        shutdown(listener_, SHUT_RDWR);
        thread_.join();
        close(listener_);
        for (const int connection : held_)
            close(connection);
    }

    std::atomic<int> asked = 0;

    // Calls it, on a thread of its own, when the next connection is held.
    void call_when_asked(std::function<void()> call) {
        const std::lock_guard lock(mutex_);
        call_ = std::move(call);
    }

private:
    void serve() {
        for (;;) {
            const int connection = accept(listener_, nullptr, nullptr);
            if (connection < 0) return;
            ++asked;
            if (manner_ == Manner::hang_up) close(connection);
            if (manner_ == Manner::hold) held_.push_back(connection);
            const std::lock_guard lock(mutex_);
            if (const auto call = std::exchange(call_, {})) call();
        }
    }

    Manner manner_;
    int listener_ = -1;
    Scratch scratch_;
    std::thread thread_;
    std::vector<int> held_;
    std::mutex mutex_;
    std::function<void()> call_;
};

winrm::GssRequest request_for(Mechanism mechanism) {
    winrm::GssRequest request;
    request.mechanism = mechanism;
    request.host = "vm.kdc.test";
    request.spn_service = "HTTP";
    return request;
}

Task<Result<std::string>>
first_token(GssEngine& engine, const Credential& who, Mechanism mechanism, HostDeadline& deadline) {
    GssContext context(engine, who, request_for(mechanism));
    auto token = co_await context.step(std::string(), deadline);
    co_return token;
}

} // namespace

TEST_CASE("gss: a failed Kerberos logon is remembered, and the KDC asked once", "[winrm][gss]") {
    SilentKdc kdc(SilentKdc::Manner::hang_up);
    const Credential who{"c", "svc@KDC.TEST", Password{Secret("some password")}};
    run_task([&](HostDeadline& deadline) -> Task<bool> {
        GssEngine engine;
        const auto first = co_await first_token(engine, who, Mechanism::kerberos, deadline);
        CHECK_FALSE(first);
        const int asked = kdc.asked;
        CHECK(asked > 0);
        const auto second = co_await first_token(engine, who, Mechanism::kerberos, deadline);
        CHECK_FALSE(second);
        CHECK(second.error().detail() == first.error().detail());
        CHECK(kdc.asked == asked);
        co_return true;
    });
}

TEST_CASE("gss: a KDC that is silent holds up nobody who uses NTLM", "[winrm][gss]") {
    SilentKdc kdc(SilentKdc::Manner::hold);
    const Credential domain{"d", "svc@KDC.TEST", Password{Secret("some password")}};
    const Credential local{"l", "SIM\\sweeper", Password{Secret("another password")}};
    run_task([&](HostDeadline& deadline) -> Task<bool> {
        GssEngine engine; // ends before the lane: its threads post there
        // More than the pool has threads; each is given up after a moment, its thread still waits.
        for (std::size_t i = 0; i < limits::kerberos_threads + 2; ++i) {
            // The first holds the credential, of which the KDC is asked once: no event tells that
            // the others have a thread.
            HostDeadline moment(
                deadline.executor(), Clock::now() + (i == 0 ? Clock::duration(1h) : 5ms)
            );
            const auto give_up = [&deadline, &moment] {
                asio::post(deadline.executor(), [&moment] { moment.abort(); });
            };
            if (i == 0) kdc.call_when_asked(give_up);
            const auto stuck = co_await first_token(engine, domain, Mechanism::kerberos, moment);
            CHECK_FALSE(stuck);
            CHECK(moment.aborted() == (i == 0));
            CHECK(moment.expired());
        }
        const auto token = co_await first_token(engine, local, Mechanism::ntlm, deadline);
        CHECK(token.has_value());
        if (token) CHECK(token->starts_with("NTLMSSP"));
        kdc.release();
        co_return true;
    });
}
