// Resource Manager: tokens, quotas, lists, and what is sent again.
#include "tests/support/catch.hpp"
#include "tests/unit/transports/azure/arm_bench.hpp"

using namespace rdpsweep;
using namespace rdpsweep::azure;
using namespace rdpsweep::azure_test;
using namespace std::chrono_literals;
using rdpsweep::test::run_task;

TEST_CASE("One token serves all who ask, until it is time for another") {
    Bench bench;
    const auto ask_twice = [&](HostDeadline& deadline) -> Task<Status> {
        int waiting = 2;
        const auto one = [&]() -> Task<void> {
            auto token = co_await bench.tokens.get(deadline);
            CHECK(token);
            --waiting;
        };
        for (int i = 0; i < 2; ++i)
            asio::co_spawn(deadline.executor(), one, asio::detached);
        while (waiting > 0)
            (void)co_await deadline.sleep(1ms);
        co_return Status();
    };
    (void)run_task(ask_twice);
    CHECK(bench.source->fetched == 1);
    bench.now += 3600 - 301; // not yet
    (void)run_task(ask_twice);
    CHECK(bench.source->fetched == 1);
    bench.now += 2; // five minutes before its end
    (void)run_task(ask_twice);
    CHECK(bench.source->fetched == 2);
    SECTION("a renewal that fails leaves the old one in use while it lasts") {
        bench.now += 3600 - 200;
        bench.source->broken = true;
        bench.rest.answers = {answer_of(200, "{}"), answer_of(200, "{}")};
        CHECK(bench.get("/x?api-version=1"));
        bench.now += 200;
        CHECK_FALSE(bench.get("/x?api-version=1"));
    }
}

TEST_CASE("Resource Manager is asked with a token, and again with another if that one is refused") {
    Bench bench;
    bench.rest.answers = {answer_of(401, "{}"), answer_of(200, R"({"a":1})")};
    auto answer = bench.get("/subscriptions?api-version=1");
    REQUIRE(answer);
    CHECK((*answer)["a"] == 1);
    REQUIRE(bench.rest.asked.size() == 2);
    CHECK(bench.rest.asked[0].url == "https://management.azure.com/subscriptions?api-version=1");
    CHECK(bench.rest.header(0, "Authorization") == "Bearer token1");
    CHECK(bench.rest.header(1, "Authorization") == "Bearer token2");
    SECTION("but once only") {
        bench.rest.answers = {answer_of(401, "{}"), answer_of(401, "{}"), answer_of(200, "{}")};
        auto refused = bench.get("/subscriptions?api-version=1");
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code() == Errc::access_denied);
        CHECK(bench.rest.asked.size() == 4);
    }
}

TEST_CASE("What passes is waited for, what does not is told at once") {
    Bench bench;
    SECTION("a quota, for as long as the server says") {
        bench.rest.answers = {
            answer_of(429, "{}", {{"retry-after", "1"}}), answer_of(200, R"({"ok":true})")};
        const auto begun = Clock::now();
        CHECK(bench.get("/x?api-version=1"));
        CHECK(Clock::now() - begun >= 1s);
    }
    SECTION("a lost connection") {
        bench.rest.answers = {
            Error(Phase::http, Errc::peer_closed, "lost"), answer_of(200, R"({"ok":true})")};
        CHECK(bench.get("/x?api-version=1"));
    }
    SECTION("no right to it") {
        bench.rest.answers = {answer_of(403, R"({"error":{"code":"AuthorizationFailed"}})")};
        auto refused = bench.get("/x?api-version=1");
        REQUIRE_FALSE(refused);
        CHECK(refused.error().native() == "HTTP 403 AuthorizationFailed");
        CHECK(bench.rest.asked.size() == 1);
    }
    SECTION("no JSON") {
        bench.rest.answers = {answer_of(200, "<html>")};
        CHECK_FALSE(bench.get("/x?api-version=1"));
    }
    SECTION("a pause longer than there is time") {
        bench.rest.answers = {answer_of(503, "", {{"retry-after", "500"}})};
        auto late = bench.get("/x?api-version=1");
        REQUIRE_FALSE(late);
        CHECK(late.error().code() == Errc::throttled);
        CHECK(bench.rest.asked.size() == 1);
    }
}

TEST_CASE("Lists follow links as they are written, and to nobody else") {
    Bench bench;
    const std::string link = "https://management.azure.com/next?%24skiptoken=a%2Bb==&api-version=1";
    SECTION("every page") {
        bench.rest.answers = {
            answer_of(200, R"({"value":[1,2],"nextLink":")" + link + "\"}"),
            answer_of(200, R"({"value":[3]})")};
        auto rows = bench.list("/list?api-version=1");
        REQUIRE(rows);
        CHECK(*rows == std::vector<std::string>{"1", "2", "3"});
        CHECK(bench.rest.asked[1].url == link);
    }
    SECTION("a link to another host gets no token") {
        bench.rest.answers = {
            answer_of(200, R"({"value":[1],"nextLink":"https://evil.example/next"})")};
        auto rows = bench.list("/list?api-version=1");
        REQUIRE_FALSE(rows);
        CHECK(rows.error().code() == Errc::blocked_by_policy);
        CHECK(bench.rest.asked.size() == 1);
    }
    SECTION("a link to itself ends") {
        const auto self = R"({"value":[1],"nextLink":")" + link + "\"}";
        bench.rest.answers = {answer_of(200, self), answer_of(200, self), answer_of(200, self)};
        auto rows = bench.list("/list?api-version=1");
        REQUIRE(rows);
        CHECK(rows->size() == 2);
    }
    SECTION("no rows") {
        bench.rest.answers = {answer_of(200, R"({"value":{}})")};
        CHECK_FALSE(bench.list("/list?api-version=1"));
    }
}

TEST_CASE("What starts something is sent again only where it started nothing") {
    Bench bench;
    const auto post = [&](Clock::duration patience = 20s) {
        return run_task(
            [&](HostDeadline& deadline) {
                return bench.arm.post(
                    std::string("/subscriptions/A/x?api-version=1"), std::string("{}"), deadline
                );
            },
            patience
        );
    };
    SECTION("a lost answer") {
        bench.rest.answers = {Error(Phase::http, Errc::peer_closed, "lost"), answer_of(202, "")};
        auto lost = post();
        REQUIRE_FALSE(lost);
        CHECK(bench.rest.asked.size() == 1);
        CHECK_FALSE(lost.error().retryable());
        CHECK(lost.error().phase() == Phase::run);
        CHECK_FALSE(bench.rest.asked[0].repeatable);
    }
    SECTION("no connection at all") {
        bench.rest.answers = {Error(Phase::connect, Errc::refused, "refused")};
        auto refused = post();
        REQUIRE_FALSE(refused);
        CHECK(refused.error().retryable()); // nothing was sent
    }
    SECTION("a quota, and a token that is no good any more") {
        bench.rest.answers = {
            answer_of(429, "{}", {{"retry-after", "1"}}), answer_of(401, "{}"), answer_of(202, "")};
        auto begun = post();
        REQUIRE(begun);
        CHECK(begun->status == 202);
        CHECK(bench.rest.asked.size() == 3);
    }
    SECTION("any other answer is given as it came") {
        bench.rest.answers = {answer_of(409, R"({"error":{"code":"Conflict"}})")};
        auto conflict = post();
        REQUIRE(conflict);
        CHECK(conflict->status == 409);
        bench.rest.answers = {answer_of(503, "")};
        CHECK(post()->status == 503);
        CHECK(bench.rest.asked.size() == 2);
    }
}

namespace {

RestAnswer page_of(const std::string& rows, int next) {
    return answer_of(
        200,
        R"({"value":[)" + rows + R"(],"nextLink":"https://management.azure.com/next?page=)" +
            std::to_string(next) + R"("})"
    );
}

} // namespace

TEST_CASE("A list whose pages have no rows is asked for so often, and not at once") {
    Bench bench;
    for (int page = 0; page < 100; ++page)
        bench.rest.answers.push_back(page_of("", page));
    const VisitRow visit = [](const nlohmann::json&) {};
    const auto done = run_task(
        [&](HostDeadline& deadline) { return bench.arm.list("/subscriptions", visit, deadline); },
        500ms
    );
    REQUIRE_FALSE(done);
    // 16 at once, and then at 50, 150 and 350 ms.
    CHECK(bench.rest.asked.size() <= 19);
    CHECK(bench.rest.asked.size() > 1);
}

TEST_CASE("What Azure may answer is charged before it is asked, and then what came") {
    Bench bench;
    std::vector<std::size_t> held;
    const auto done = run_task([&](HostDeadline& deadline) -> Task<Status> {
        bench.rest.on_send = [&] { held.push_back(deadline.bytes()->held()); };
        bench.rest.answers = {answer_of(200, R"({"a":1})")};
        auto answer = co_await bench.arm.get("/subscriptions", deadline);
        held.push_back(deadline.bytes()->held());
        answer = Error(Phase::http, Errc::bug, "gone");
        held.push_back(deadline.bytes()->held());
        co_return Status();
    });
    CHECK(done);
    CHECK(held == std::vector<std::size_t>{limits::azure_bytes, 7, 0});
}

TEST_CASE("Where there is no room for an answer of Azure's, nothing is asked") {
    constexpr std::size_t least = 64u << 10;
    const auto asked_with = [](std::size_t host, Bench& bench) {
        bench.rest.answers = {answer_of(200, "{}")};
        return run_task([&](HostDeadline& outer) -> Task<Result<RestAnswer>> {
            ByteRules rules;
            rules.host = host;
            const auto bytes = std::make_shared<HostBytes>(nullptr, rules);
            HostDeadline deadline(outer.executor(), outer.at(), bytes);
            auto answer = co_await bench.arm.get("/subscriptions", deadline);
            co_return answer;
        });
    };
    Bench full;
    const auto refused = asked_with(least - 1, full);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == Errc::output_limit);
    CHECK(full.rest.asked.empty());
    Bench narrow; // what is left is what the answer may take
    REQUIRE(asked_with(least, narrow));
    REQUIRE(narrow.rest.asked.size() == 1);
    CHECK(narrow.rest.asked[0].most_bytes == least);
}
