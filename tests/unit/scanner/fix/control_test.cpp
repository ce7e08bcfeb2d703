// Looking at the control VMs: which are asked, what counts as an answer, and who may be one.
#include "scanner/fix/control.hpp"
#include "tests/support/catch.hpp"

#include <map>

using namespace rdpsweep;

namespace {

// Answers by the target's name: "done" is a whole handshake, "tls" is not, "lost" an error.
class Fleet final : public FactSource {
public:
    std::vector<std::string> asked;
    std::vector<std::chrono::seconds> patience;

    [[nodiscard]] std::string_view name() const noexcept override { return "a test"; }

    Task<Result<HandshakeFacts>>
    collect(const Target& target, HostDeadline& deadline, Attempt&) override {
        asked.push_back(target.id);
        patience.push_back(std::chrono::round<std::chrono::seconds>(deadline.at() - Clock::now()));
        if (target.name == "lost") co_return Error(Phase::connect, Errc::timed_out, "nobody");
        HandshakeFacts facts;
        facts.stage = target.name;
        co_return facts;
    }
};

std::vector<Target> vms(std::initializer_list<const char*> names) {
    std::vector<Target> targets;
    for (const auto* name : names) {
        Target target;
        target.id = std::to_string(targets.size());
        target.name = name;
        targets.push_back(target);
    }
    return targets;
}

using Answers = std::vector<bool>;

} // namespace

TEST_CASE("controls: a whole handshake is an answer, and nothing else", "[fix]") {
    Fleet fleet;
    asio::io_context lane;
    const auto targets = vms({"done", "tls", "lost", "done"});
    CHECK(see_who_answers(fleet, targets, {}, lane) == Answers{true, false, false, true});
    CHECK(fleet.asked.size() == 4);
    CHECK(fleet.patience.front() == std::chrono::seconds(10));
    // Those that did not answer the first time are not asked again, and count as before.
    fleet.asked.clear();
    CHECK(
        see_who_answers(fleet, targets, {true, false, false, true}, lane) ==
        Answers{true, false, false, true}
    );
    CHECK(fleet.asked == std::vector<std::string>{"0", "3"});
    CHECK(
        see_who_answers(fleet, vms({"lost", "done"}), {true, true}, lane) == Answers{false, true}
    );
    CHECK(see_who_answers(fleet, {}, {}, lane).empty());
}

TEST_CASE("controls: who may be one, target by target", "[fix]") {
    const auto chosen = [](void (*change)(Target&)) {
        auto targets = vms({"done"});
        targets[0].address = "10.0.0.4";
        targets[0].rdp_outside = true;
        change(targets[0]);
        return !controls_among(targets, "seed").empty();
    };
    CHECK(chosen([](Target&) {}));
    CHECK_FALSE(chosen([](Target& t) { t.skip = "switched off"; }));
    CHECK_FALSE(chosen([](Target& t) { t.rdp_outside = false; }));
    CHECK_FALSE(chosen([](Target& t) { t.address.clear(); }));
}
