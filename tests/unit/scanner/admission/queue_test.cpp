// Hosts under several limits at once, checked against a plain model.
#include "scanner/admission/queue.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <random>

using namespace rdpsweep;

TEST_CASE("admission queue: hosts of one line keep their order", "[admission]") {
    AdmissionQueue queue(100);
    for (std::size_t host = 0; host < 5; ++host)
        queue.push(host, {});
    for (std::size_t host = 0; host < 5; ++host)
        CHECK(queue.take()->host == host);
    CHECK_FALSE(queue.take());
    CHECK(queue.in_flight() == 5);
}

TEST_CASE("admission queue: who must wait holds up nobody else", "[admission]") {
    AdmissionQueue queue(100);
    const auto slow = queue.limiter("subnet a", 1);
    const auto other = queue.limiter("subnet b", 10);
    for (std::size_t host = 0; host < 50; ++host)
        queue.push(host, {slow});
    queue.push(50, {other});
    queue.push(51, {});
    const auto first = queue.take();
    CHECK(first->host == 0);
    CHECK(queue.take()->host == 50);
    CHECK(queue.take()->host == 51);
    CHECK_FALSE(queue.take());
    queue.release(*first);
    CHECK(queue.take()->host == 1);
}

TEST_CASE("admission queue: a limiter may get wider, narrower, or be shut", "[admission]") {
    AdmissionQueue queue(100);
    const auto login = queue.limiter("login", 1);
    for (std::size_t host = 0; host < 10; ++host)
        queue.push(host, {login});
    const auto first = queue.take();
    CHECK_FALSE(queue.take());
    queue.resize(login, 3);
    CHECK(queue.take());
    CHECK(queue.take());
    CHECK_FALSE(queue.take());
    queue.resize(login, 0);
    queue.release(*first);
    CHECK_FALSE(queue.take());
    CHECK(queue.pending() == 7);
}

TEST_CASE("admission queue: a place given back early is not given back twice", "[admission]") {
    AdmissionQueue queue(100);
    const auto winrm = queue.limiter("winrm", 1);
    const auto ssh = queue.limiter("ssh", 1);
    for (std::size_t host = 0; host < 4; ++host)
        queue.push(host, {winrm});
    auto first = *queue.take();
    queue.release_early(first, winrm);
    CHECK(queue.enter(ssh));
    CHECK_FALSE(queue.enter(ssh));
    const auto second = queue.take();
    REQUIRE(second);
    queue.release(first);
    CHECK_FALSE(queue.take()); // the second still has the only place
    queue.leave(ssh);
    queue.release(*second);
    CHECK(queue.take());
}

// Every step: no limit is exceeded, and whenever the queue says that nobody may go, nobody may.
TEST_CASE("admission queue: as good as looking at every host", "[admission]") {
    std::mt19937 random(7);
    const auto below = [&random](unsigned n) { return static_cast<unsigned>(random() % n); };
    for (int round = 0; round < 60; ++round) {
        const std::size_t most = 1 + below(12);
        AdmissionQueue queue(most);
        std::vector<std::size_t> capacity;
        for (unsigned i = 0; i < 6; ++i) {
            capacity.push_back(below(5));
            queue.limiter("limiter " + std::to_string(i), capacity.back());
        }
        std::map<std::size_t, std::vector<AdmissionQueue::Limiter>> waiting;
        std::vector<AdmissionQueue::Ticket> flying;
        std::map<std::size_t, std::vector<AdmissionQueue::Limiter>> limits_of;
        std::vector<std::size_t> used(capacity.size());
        std::size_t next = 0;
        const auto may_go = [&](const auto& limiters) {
            return std::all_of(limiters.begin(), limiters.end(), [&](auto limiter) {
                return used[limiter] < capacity[limiter];
            });
        };
        for (int step = 0; step < 400; ++step) {
            const auto what = below(4);
            if (what == 0) {
                std::vector<AdmissionQueue::Limiter> limiters;
                for (unsigned i = 0; i < 6; ++i) {
                    if (below(3) == 0) limiters.push_back(i);
                }
                limits_of[next] = limiters;
                waiting[next] = limiters;
                queue.push(next++, limiters);
            } else if (what == 1 && !flying.empty()) {
                const auto at = below(static_cast<unsigned>(flying.size()));
                const auto ticket = flying[at];
                flying.erase(flying.begin() + at);
                for (const auto limiter : limits_of[ticket.host])
                    --used[limiter];
                queue.release(ticket);
            } else if (what == 2) {
                const auto limiter = below(6);
                capacity[limiter] = below(5);
                queue.resize(limiter, capacity[limiter]);
            } else {
                const auto ticket = queue.take();
                if (!ticket) {
                    const bool full = flying.size() >= most;
                    const bool anybody =
                        std::any_of(waiting.begin(), waiting.end(), [&](const auto& host) {
                            return may_go(host.second);
                        });
                    CHECK((full || !anybody));
                    continue;
                }
                REQUIRE(waiting.count(ticket->host) == 1);
                REQUIRE(may_go(waiting[ticket->host]));
                REQUIRE(flying.size() < most);
                for (const auto limiter : waiting[ticket->host])
                    ++used[limiter];
                waiting.erase(ticket->host);
                flying.push_back(*ticket);
            }
        }
        CHECK(queue.pending() == waiting.size());
        CHECK(queue.in_flight() == flying.size());
    }
}

TEST_CASE("admission queue: 100,000 hosts in 4,000 subnets cost little each", "[admission]") {
    AdmissionQueue queue(256);
    const auto begun = std::chrono::steady_clock::now();
    for (std::size_t host = 0; host < 100'000; ++host) {
        queue.push(
            host,
            {queue.limiter("login", 1000), queue.limiter("subnet " + std::to_string(host / 25), 2)}
        );
    }
    std::size_t done = 0;
    std::vector<AdmissionQueue::Ticket> flying;
    while (queue.pending() > 0 || !flying.empty()) {
        while (const auto ticket = queue.take())
            flying.push_back(*ticket);
        REQUIRE_FALSE(flying.empty());
        queue.release(flying.back());
        flying.pop_back();
        ++done;
    }
    const auto took = std::chrono::steady_clock::now() - begun;
    CHECK(done == 100'000);
    // Measured at -O0 on a busy machine: 0.3 s. Looking at every waiting host would take minutes.
    CHECK(took < std::chrono::seconds(30));
}
