// Who gets bytes, who waits and who ends, to the byte.
#include "core/byte_budget.hpp"
#include "core/host_deadline.hpp"
#include "core/run_until.hpp"
#include "core/spawn.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"

#include <memory>
#include <vector>

using namespace rdpsweep;
using namespace std::chrono_literals;
using rdpsweep::test::run_task;

namespace {

ByteRules rules(Clock::duration patience = 1h) {
    ByteRules some;
    some.host = 100;
    some.share = 10;
    some.common = 200;
    some.patience = patience;
    return some;
}

// One host of a pool: what it holds, and how each of its wishes ended.
struct Host {
    Host(asio::io_context& lane, std::shared_ptr<BytePool> pool)
        : lane_(lane),
          deadline(lane.get_executor(), Clock::now() + 1h, std::make_shared<HostBytes>(pool)),
          held(deadline.bytes(), 1000) {
        deadline.end_for_bytes();
    }

    // Begins to hold so many bytes in all; the lane runs until nothing moves any more.
    void wants(std::size_t bytes) {
        auto task = [this, bytes]() -> Task<void> {
            auto done = co_await held.hold(bytes, deadline);
            answers.push_back(std::move(done));
        };
        spawn(lane_.get_executor(), task);
        settle();
    }

    void settle() {
        lane_.restart();
        lane_.poll();
    }

    asio::io_context& lane_;
    HostDeadline deadline;
    HeldBytes held;
    std::vector<Status> answers;
};

Result<std::size_t> held_after(std::size_t bytes, std::size_t most, ByteRules some) {
    return run_task([=](HostDeadline& outer) -> Task<Result<std::size_t>> {
        auto account = std::make_shared<HostBytes>(nullptr, some);
        HostDeadline deadline(outer.executor(), outer.at(), account);
        HeldBytes held(account, most);
        auto done = co_await held.hold(bytes, deadline);
        if (!done) co_return std::move(done).error();
        co_return account->held();
    });
}

} // namespace

TEST_CASE("bytes: one answer and one host take so much and not a byte more", "[bytes]") {
    CHECK(*held_after(50, 50, rules()) == 50);
    const auto answer = held_after(51, 50, rules());
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code() == Errc::output_limit);
    CHECK(answer.error().phase() == Phase::run);
    CHECK(answer.error().detail() == "one answer takes more than 50 bytes");
    CHECK(*held_after(100, 1000, rules()) == 100);
    const auto host = held_after(101, 1000, rules());
    REQUIRE_FALSE(host);
    CHECK(host.error().code() == Errc::output_limit);
    CHECK(host.error().detail() == "what this host answers takes more than 100 bytes");
}

TEST_CASE("bytes: what is let go is the host's and the pool's again", "[bytes]") {
    asio::io_context lane{1};
    const auto pool = std::make_shared<BytePool>(rules());
    Host one(lane, pool);
    one.wants(60);
    REQUIRE(one.answers.size() == 1);
    CHECK(one.answers[0]);
    CHECK(pool->held() == 60);
    CHECK(pool->drawn() == 50); // its share is no part of what is common
    one.held.settle(25);
    CHECK(one.deadline.bytes()->held() == 25);
    CHECK(pool->drawn() == 15);
    HeldBytes moved(std::move(one.held));
    CHECK(pool->held() == 25);
    moved = HeldBytes();
    CHECK(pool->held() == 0);
    CHECK(pool->drawn() == 0);
}

TEST_CASE("bytes: a share is there whatever the others hold; beyond it one waits", "[bytes]") {
    asio::io_context lane{1};
    const auto pool = std::make_shared<BytePool>(rules());
    Host one(lane, pool), two(lane, pool), three(lane, pool);
    CHECK(pool->may_begin());
    one.wants(100);
    two.wants(100);
    CHECK(pool->drawn() == 180);
    CHECK_FALSE(pool->may_begin()); // another host might want 90, and there are 20
    three.wants(30);
    REQUIRE(three.answers.size() == 1);
    CHECK(pool->drawn() == 200);
    Host small(lane, pool);
    small.wants(10);
    REQUIRE(small.answers.size() == 1);
    CHECK(small.answers[0]);
    small.wants(11);
    CHECK(small.answers.size() == 1); // waits
    CHECK_FALSE(pool->may_begin());
    one.held.settle(99);
    small.settle();
    REQUIRE(small.answers.size() == 2);
    CHECK(small.answers[1]);
    CHECK(pool->drawn() == 200);
    CHECK(pool->held() == 99 + 100 + 30 + 11);
    one.held.settle(0);
    CHECK(pool->drawn() == 111);
    CHECK_FALSE(pool->may_begin());
    small.held.settle(10);
    CHECK(pool->may_begin()); // 110 and 90
}

TEST_CASE("bytes: of those that wait, the host that holds least is served first", "[bytes]") {
    asio::io_context lane{1};
    const auto pool = std::make_shared<BytePool>(rules());
    Host first(lane, pool), full(lane, pool), heavy(lane, pool), light(lane, pool);
    first.wants(100);
    full.wants(100);
    heavy.wants(25);
    CHECK(pool->drawn() == 195);
    heavy.wants(40); // 15 more than there are 5
    light.wants(20); // 10 more
    CHECK(heavy.answers.size() == 1);
    CHECK(light.answers.empty());
    full.held.settle(93);
    light.settle();
    CHECK(heavy.answers.size() == 1);
    REQUIRE(light.answers.size() == 1);
    CHECK(light.answers[0]);
    full.held.settle(70);
    light.settle();
    REQUIRE(heavy.answers.size() == 2);
    CHECK(heavy.answers[1]);
}

TEST_CASE("bytes: where all wait, the host that holds most ends and the others go on", "[bytes]") {
    asio::io_context lane{1};
    const auto pool = std::make_shared<BytePool>(rules(1ms));
    Host heaviest(lane, pool), other(lane, pool), late(lane, pool);
    heaviest.wants(99);
    other.wants(98);
    late.wants(33); // 89 and 88 and 23: all that is common
    CHECK(pool->drawn() == 200);
    const auto ended = [&] { return heaviest.deadline.expired(); };
    auto letting_go = heaviest.deadline.on_abort([&] { heaviest.held.settle(0); });
    other.wants(100);
    late.wants(50);
    lane.restart();
    REQUIRE(run_until(lane, [&] { return ended() && late.answers.size() == 2; }));
    other.settle();
    REQUIRE(other.answers.size() == 2);
    CHECK(other.answers[1]);
    CHECK(late.answers[1]);
    CHECK_FALSE(heaviest.deadline.aborted());
    CHECK_FALSE(other.deadline.expired());
    CHECK_FALSE(late.deadline.expired());
    REQUIRE(heaviest.deadline.bytes()->over());
    const auto& why = *heaviest.deadline.bytes()->over();
    CHECK(why.code() == Errc::local_limit);
    CHECK(
        why.detail() == "answers of all hosts took 200 bytes beyond their shares, and this host's "
                        "took most, 99 bytes"
    );
    // It may still be left in good order, within its share.
    heaviest.wants(10);
    CHECK(heaviest.answers.back());
    heaviest.wants(11);
    CHECK(heaviest.answers.back().error().code() == Errc::local_limit);
}

TEST_CASE("bytes: a host that may not be ended is left alone", "[bytes]") {
    asio::io_context lane{1};
    const auto pool = std::make_shared<BytePool>(rules(1ms));
    Host kept(lane, pool), other(lane, pool), third(lane, pool);
    kept.deadline.bytes()->ended_by({});
    kept.wants(100);
    other.wants(99);
    third.wants(31);
    third.wants(40);
    lane.restart();
    REQUIRE(run_until(lane, [&] { return other.deadline.expired(); }));
    CHECK_FALSE(kept.deadline.expired());
    CHECK(other.deadline.bytes()->over());
}

TEST_CASE("bytes: a wait ends with the host's time", "[bytes]") {
    asio::io_context lane{1};
    const auto pool = std::make_shared<BytePool>(rules());
    Host one(lane, pool), two(lane, pool), three(lane, pool), late(lane, pool);
    one.wants(100);
    two.wants(100);
    three.wants(30);
    late.wants(20);
    CHECK(late.answers.empty());
    late.deadline.expire();
    late.settle();
    REQUIRE(late.answers.size() == 1);
    CHECK(late.answers[0].error().code() == Errc::timed_out);
    three.wants(31);
    three.deadline.abort();
    three.settle();
    REQUIRE(three.answers.size() == 2);
    CHECK(three.answers[1].error().code() == Errc::cancelled);
    CHECK(pool->held() == 230);
    one.held.settle(0);
    CHECK(pool->may_begin()); // nobody is left in the line
}
