// The machine that fixes a host in a storm of events, in any order: whatever happens, it asks for
// no script that writes unless the journal holds what it needs.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/fix_scene.hpp"

#include <random>
#include <set>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

Scene any_scene(std::mt19937& random) {
    switch (random() % 6) {
    case 0:
        return reluctant();
    case 1:
        return begun(static_cast<FixStage>(1 + random() % 10), "before");
    case 2:
        return in_steps();
    case 3:
        return begun_in_steps(static_cast<FixStage>(1 + random() % 10));
    default:
        return scene();
    }
}

// What the journal holds, as the machine was told.
struct Told {
    explicit Told(const HostRecord& record) {
        if (!record.backup.empty()) stages = {FixStage::backed_up, record.stage};
        // What was changed once was said to be about to.
        if (record.stage != FixStage::planned && record.stage != FixStage::backed_up)
            stages.insert(FixStage::applying);
    }

    void check(const fix_action::RunChange& asked) const {
        if (asked.mode == ChangeMode::read) return;
        CHECK(stages.contains(FixStage::backed_up));
        CHECK(stages.contains(FixStage::applying));
        if (asked.mode == ChangeMode::undo) CHECK(stages.contains(FixStage::rolling_back));
    }

    std::set<FixStage> stages;
};

// Returns how many scripts that write were asked for.
int storm(std::mt19937& random) {
    static const auto kinds = one_of_each();
    Bench bench(any_scene(random));
    Told told(bench.scene.record);
    std::optional<FixStage> asked;
    int writes = 0;
    for (int events = 0; events < 80; ++events) {
        auto event = random() % 3 == 0 ? kinds[random() % kinds.size()] : good_event(bench);
        if (asked && std::holds_alternative<fix_event::Written>(event)) told.stages.insert(*asked);
        const auto step = bench.fsm.step();
        const auto action = bench.take(std::move(event));
        if (bench.fsm.step() != step) asked.reset(); // it was no refusal
        if (const auto* entry = std::get_if<fix_action::WriteDown>(&action))
            asked = entry->entry.stage;
        const auto* change = std::get_if<fix_action::RunChange>(&action);
        if (change == nullptr) continue;
        told.check(*change);
        if (change->mode != ChangeMode::read) ++writes;
    }
    return writes;
}

} // namespace

TEST_CASE("fix storm: no script that writes before the journal says so", "[fix]") {
    std::mt19937 random(7);
    int writes = 0;
    for (int storms = 0; storms < 300; ++storms) {
        INFO(storms);
        writes += storm(random);
    }
    CHECK(writes > 150);
}
