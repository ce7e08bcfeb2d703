// What the collector is told, by what the way to a host can carry.
#include "scanner/engine/collector.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

class Way final : public Session {
public:
    Way(bool narrow, std::size_t tail) : narrow_(narrow), tail_(tail) {}

    Task<Result<CommandOutput>> run(const Script&, const ScriptInput&, HostDeadline&) override {
        co_return CommandOutput();
    }

    Task<Status> prove(HostDeadline&) override { co_return Status(); }

    Task<void> close() noexcept override { co_return; }

    [[nodiscard]] bool narrow() const noexcept override { return narrow_; }

    [[nodiscard]] std::size_t tail() const noexcept override { return tail_; }

private:
    bool narrow_;
    std::size_t tail_;
};

} // namespace

TEST_CASE("collector: its arguments are the profile that the way back has room for", "[sweep]") {
    const auto looks = built_in_collector(true);
    CHECK(
        looks.arguments_for(Way(false, 0)) ==
        R"({"profile":"full","handshake":true,"event_hours":24})"
    );
    CHECK(
        looks.arguments_for(Way(true, 0)) ==
        R"({"profile":"lean","handshake":true,"event_hours":24})"
    );
    CHECK(
        looks.arguments_for(Way(true, 4096)) ==
        R"({"profile":"lean","handshake":true,"event_hours":24,"most":4096})"
    );
    CHECK(
        built_in_collector(false).arguments_for(Way(false, 4096)) ==
        R"({"profile":"full","handshake":false,"event_hours":24})"
    );
    CHECK(looks.script().name() == "collector.ps1");
    CHECK(looks.script().effect() == Script::Effect::read_only);
}
