// Which targets a run is set up with, and what is told when there are none.
#include "scanner/run/run_setup.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <algorithm>
#include <set>

using namespace rdpsweep;

namespace {

using Names = std::vector<std::string>;

// A plan that wants targets by name.
class Wishes final : public Fixing {
public:
    Wishes(std::set<std::string> names, std::size_t size) : names_(std::move(names)), size_(size) {}

    [[nodiscard]] bool wants(const Target& target) const override {
        return names_.count(target.name) > 0;
    }

    [[nodiscard]] std::size_t batch_size() const override { return size_; }

    void started() override {}

    Task<Status> fix(const Target&, Session&, HostDeadline&, const RecordScript&) override {
        co_return Status();
    }

    Status finished(const HostResult&) override { return {}; }

    [[nodiscard]] std::optional<std::string_view> stop_reason() const override { return {}; }

private:
    std::set<std::string> names_;
    std::size_t size_;
};

Names names_of(const std::vector<Target>& targets) {
    Names names;
    for (const auto& target : targets)
        names.push_back(target.name);
    return names;
}

ScanOptions over(const Scratch& folder, Names targets) {
    ScanOptions options;
    options.state_dir = folder.path("state");
    options.scope.targets = std::move(targets);
    options.scope.transports = {"rdp"}; // takes no credential
    return options;
}

} // namespace

TEST_CASE("set-up: a plan visits what it wants and knows what it leaves out", "[run]") {
    const Scratch folder;
    Speaker speaker(true);
    const auto options = over(folder, {"a", "b", "c", "d"});
    Wishes plan({"b", "d"}, 2);
    auto setup = set_up(options, &plan, speaker);
    REQUIRE(setup);
    CHECK(names_of(setup->inventory.targets) == Names{"b", "d"});
    CHECK(names_of(setup->left_out) == Names{"a", "c"});
    CHECK(setup->run.targets == 2);
    CHECK(setup->done == std::vector<bool>(2, false));
    CHECK(setup->ways->arm() == nullptr);
    CHECK(setup->ways->outside().name() == "rdp");

    Wishes larger({"b", "d", "e"}, 3);
    const auto refused = set_up(options, &larger, speaker);
    REQUIRE_FALSE(refused);
    CHECK(refused.end().status == exit_usage);
    CHECK(
        refused.end().text == "rdpsweep: of 3 hosts to visit the inventory has 2\n"
                              "  it changed since the run: scan again and make a new plan\n"
    );
}

TEST_CASE("set-up: a scope without targets ends the verb, unless that is meant", "[run]") {
    const Scratch folder;
    Speaker speaker(true);
    auto options = over(folder, {});
    const auto refused = set_up(options, nullptr, speaker);
    REQUIRE_FALSE(refused);
    CHECK(refused.end().status == exit_no_targets);
    CHECK(
        refused.end().text ==
        "rdpsweep: the scope holds no target\n"
        "  see what it resolves to with `rdpsweep targets`; --allow-empty accepts it\n"
    );
    options.scope.allow_empty = true;
    auto empty = set_up(options, nullptr, speaker);
    REQUIRE(empty);
    CHECK(empty->inventory.targets.empty());
}

TEST_CASE("set-up: what cannot be opened is told as the error that it is", "[run]") {
    const Scratch folder;
    Speaker speaker(true);
    auto options = over(folder, {"a"});
    options.audit_file = folder.path("no/such/folder/audit");
    const auto refused = set_up(options, nullptr, speaker);
    REQUIRE_FALSE(refused);
    CHECK(refused.end().status == exit_usage);
    CHECK_THAT(refused.end().text, Catch::StartsWith("rdpsweep: "));
}

TEST_CASE(
    "set-up: the usual pace lets every host begin within ten seconds, within bounds", "[run]"
) {
    CHECK(usual_connect_rate(0) == 200);
    CHECK(usual_connect_rate(1000) == 200);
    CHECK(usual_connect_rate(1001) > 200);
    CHECK(usual_connect_rate(2500) == 500);
    CHECK(usual_connect_rate(5000) == 1000);
    CHECK(usual_connect_rate(100'000) == 1000);
}
