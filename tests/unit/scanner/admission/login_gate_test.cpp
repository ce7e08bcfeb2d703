// When hosts may show a credential: which wait, what lets them in, and which never are. Nothing
// here waits for a clock: after each event all is run that can run.
#include "scanner/admission/login_gate.hpp"
#include "tests/support/catch.hpp"

#include <limits>
#include <memory>

using namespace rdpsweep;

namespace {

constexpr auto no_limit = std::numeric_limits<std::size_t>::max();

struct Bench {
    explicit Bench(std::size_t most_refusals = 3)
        : gate(most_refusals, [this](const std::string& credential, const Breaker& breaker) {
              told.emplace_back(credential, breaker.width());
          }) {}

    void run() {
        lane.restart();
        lane.poll();
    }

    asio::io_context lane{1};
    HostDeadline deadline{lane.get_executor(), Clock::now() + std::chrono::hours(1)};
    std::vector<std::pair<std::string, std::size_t>> told; // whose change, and its width by then
    LoginGate gate;
};

// A host that comes to log in.
class Guest {
public:
    Guest(Bench& bench, std::size_t host, const std::string& credential = "fleet")
        : bench_(bench), deadline_(bench.lane.get_executor(), bench.deadline.at()),
          turn_(std::make_unique<LoginGate::Turn>(bench.gate, credential, host)) {}

    ~Guest() {
        deadline_.abort();
        bench_.run(); // one that still waits must not outlive its turn
    }

    Guest& comes() {
        auto body = [this]() -> Task<void> {
            const bool may = co_await turn_->come(deadline_);
            answer_ = may ? "in" : "sent away";
        };
        asio::co_spawn(bench_.lane, body, asio::detached);
        bench_.run();
        return *this;
    }

    // What its coming came to so far.
    [[nodiscard]] const std::string& answer() const { return answer_; }

    void accepted() {
        turn_->accepted();
        bench_.run();
    }

    void refused() {
        turn_->refused();
        bench_.run();
    }

    void leaves() { // having said neither
        turn_.reset();
        bench_.run();
    }

    void runs_out_of_time() {
        deadline_.abort();
        bench_.run();
    }

private:
    Bench& bench_;
    HostDeadline deadline_;
    std::unique_ptr<LoginGate::Turn> turn_;
    std::string answer_ = "waits";
};

} // namespace

TEST_CASE("login gate: three go first, and one that is let in opens it for all", "[admission]") {
    Bench bench;
    Guest a(bench, 0), b(bench, 1), c(bench, 2), d(bench, 3), e(bench, 4);
    CHECK(a.comes().answer() == "in");
    CHECK(b.comes().answer() == "in");
    CHECK(c.comes().answer() == "in");
    CHECK(d.comes().answer() == "waits");
    CHECK(e.comes().answer() == "waits");
    CHECK(bench.told.empty());
    b.accepted();
    CHECK(d.answer() == "in");
    CHECK(e.answer() == "in");
    CHECK(bench.told == decltype(bench.told){{"fleet", no_limit}});
    CHECK_FALSE(bench.gate.stopped("fleet"));
}

TEST_CASE("login gate: a refusal lets nobody in, an undecided end lets in one", "[admission]") {
    Bench bench;
    Guest a(bench, 0), b(bench, 1), c(bench, 2), d(bench, 3), e(bench, 4);
    for (auto* guest : {&a, &b, &c, &d, &e})
        guest->comes();
    a.refused();
    CHECK(d.answer() == "waits");
    CHECK(bench.told.back() == std::pair<std::string, std::size_t>("fleet", 2));
    b.leaves();
    CHECK(d.answer() == "in");
    CHECK(e.answer() == "waits");
    CHECK(bench.gate.breaker("fleet").refusals() == std::set<std::size_t>{0});
}

TEST_CASE("login gate: when it stops, those that wait and those to come are sent away") {
    Bench bench;
    Guest a(bench, 0), b(bench, 1), c(bench, 2), d(bench, 3), e(bench, 4);
    for (auto* guest : {&a, &b, &c, &d})
        guest->comes();
    a.refused();
    b.refused();
    CHECK_FALSE(bench.gate.stopped("fleet"));
    CHECK(d.answer() == "waits");
    c.refused();
    CHECK(bench.gate.stopped("fleet"));
    CHECK(d.answer() == "sent away");
    CHECK(e.comes().answer() == "sent away");
    CHECK(bench.told.back() == std::pair<std::string, std::size_t>("fleet", 0));
    CHECK(bench.gate.breaker("fleet").refusals() == std::set<std::size_t>{0, 1, 2});
}

TEST_CASE("login gate: it stops after as many refusals as it was told", "[admission]") {
    for (std::size_t most = 1; most <= 4; ++most) {
        Bench bench(most);
        for (std::size_t host = 0; host < most; ++host) {
            CHECK_FALSE(bench.gate.stopped("fleet"));
            Guest guest(bench, host);
            CHECK(guest.comes().answer() == "in");
            guest.refused();
        }
        CHECK(bench.gate.stopped("fleet"));
    }
}

TEST_CASE("login gate: whose time is over waits no longer, and takes no place", "[admission]") {
    Bench bench;
    Guest a(bench, 0), b(bench, 1), c(bench, 2), d(bench, 3), e(bench, 4);
    for (auto* guest : {&a, &b, &c, &d, &e})
        guest->comes();
    d.runs_out_of_time();
    CHECK(d.answer() == "sent away");
    CHECK(bench.told.empty());
    d.refused(); // it was never shown there
    d.leaves();
    CHECK(bench.told.empty());
    CHECK(e.answer() == "waits");
    a.leaves();
    CHECK(e.answer() == "in");
}

TEST_CASE("login gate: a turn ends once, as the first word says", "[admission]") {
    Bench bench;
    Guest a(bench, 0), b(bench, 1);
    a.comes();
    a.accepted();
    a.refused();
    a.accepted();
    a.leaves();
    CHECK(bench.told.size() == 1);
    CHECK(bench.gate.breaker("fleet").refusals().empty());
    b.comes();
    b.refused();
    b.accepted();
    b.leaves();
    CHECK(bench.told.size() == 2);
    CHECK(bench.gate.breaker("fleet").refusals() == std::set<std::size_t>{1});
}

TEST_CASE("login gate: a host that ends without a word makes room for another", "[admission]") {
    Bench bench;
    CHECK(bench.gate.breaker("fleet").width() == 3);
    bench.gate.ended("fleet", 7);
    CHECK(bench.gate.breaker("fleet").width() == 4);
    CHECK(bench.told == decltype(bench.told){{"fleet", 4}});
    Guest a(bench, 0);
    a.comes();
    a.refused();
    CHECK(bench.gate.breaker("fleet").width() == 3);
    bench.gate.ended("fleet", 0); // it had said no
    CHECK(bench.gate.breaker("fleet").width() == 3);
    CHECK(bench.told.size() == 2);
    bench.gate.ended("fleet", 0); // tried once more by a later visit, and not reached
    CHECK(bench.gate.breaker("fleet").width() == 4);
    CHECK(bench.told.size() == 3);
}

TEST_CASE("login gate: credentials know nothing of each other", "[admission]") {
    Bench bench(1);
    Guest a(bench, 0, "one"), b(bench, 1, "one"), c(bench, 2, "other");
    a.comes();
    b.comes();
    CHECK(c.comes().answer() == "in");
    a.refused();
    CHECK(bench.gate.stopped("one"));
    CHECK_FALSE(bench.gate.stopped("other"));
    CHECK_FALSE(bench.gate.stopped("never shown"));
    c.accepted();
    CHECK(b.answer() == "sent away");
    CHECK(bench.told == decltype(bench.told){{"one", 0}, {"other", no_limit}});
}
