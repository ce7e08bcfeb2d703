// The transport: what it opens, what its sessions answer, and what they refuse.
#include "core/resolver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/scratch.hpp"
#include "transports/disk/disk.hpp"

using namespace rdpsweep;

namespace {

const Credential nobody{"", "", std::monostate(), {}};

std::string image_of(const std::string& order, const std::string& more = "") {
    auto bytes = order + "\n";
    bytes.resize(512);
    return bytes + more + std::string(4096, '\0');
}

// A transport whose helper does what the disk says.
struct World {
    Resolver resolver;
    Pacer pacer{100, 10};
    Services services{resolver, pacer, TrustPolicy()};
    std::unique_ptr<Transport> transport;

    World() {
        services.disk_helper = RDPSWEEP_DISK_READER;
        transport = *disk::make_disk(services);
    }
};

Target target_of(const std::string& file) {
    Target target;
    target.name = "web-01";
    target.disk.edit().file = file;
    return target;
}

Task<Result<std::string>>
read_facts(Transport& transport, const Target& target, HostDeadline& deadline, Attempt& attempt) {
    auto session = co_await transport.open(target, nobody, deadline, attempt);
    if (!session) co_return std::move(session).error();
    const std::string nonce = "abcdef";
    auto facts = co_await (*session)->facts(nonce, deadline);
    co_await (*session)->close();
    if (!facts) co_return Error(Phase::internal, Errc::bug, "a disk always answers");
    co_return *std::move(facts);
}

Result<std::string> facts_of(World& world, const Target& target, Attempt& attempt) {
    return test::run_task([&](HostDeadline& deadline) {
        return read_facts(*world.transport, target, deadline, attempt);
    });
}

} // namespace

TEST_CASE("disk: a session answers without a script, a credential or a login", "[disk]") {
    const Scratch scratch;
    World world;
    CHECK(world.transport->name() == "disk");
    CHECK(world.transport->login() == Login::never);
    Attempt attempt;
    std::vector<Phase> phases;
    attempt.on_enter = [&](Phase phase) { phases.push_back(phase); };
    const auto target = target_of(scratch.file("os.raw", image_of("facts 2", "{}")));
    const auto facts = facts_of(world, target, attempt);
    REQUIRE(facts);
    CHECK(facts->starts_with("RDPSWEEP1 abcdef 2 "));
    CHECK(attempt.round_trips == 1);
    CHECK(attempt.bytes_received == 512 + 2 + 4096);
    CHECK(phases == std::vector{Phase::open, Phase::run});
    REQUIRE(attempt.notes.size() == 1);
    CHECK(attempt.notes[0].key == "note.disk_file");
    CHECK(attempt.notes[0].arguments.at("file") == target.disk->file);
}

TEST_CASE("disk: an image that cannot be opened is told before a helper is started", "[disk]") {
    const Scratch scratch;
    World world;
    world.services.disk_helper = "/nowhere";
    world.transport = *disk::make_disk(world.services);
    Attempt attempt;
    CHECK(
        facts_of(world, target_of(scratch.path("none")), attempt).error().code() == Errc::not_found
    );
    CHECK(
        facts_of(world, target_of(scratch.path("none")), attempt).error().detail() ==
        "the disk cannot be opened: No such file or directory"
    );
    const auto nothing = facts_of(world, Target(), attempt);
    CHECK(nothing.error().phase() == Phase::config);
    CHECK(nothing.error().detail() == "the target has no disk");
    const auto image = scratch.file("os.raw", image_of("facts 2", "{}"));
    CHECK(
        facts_of(world, target_of(image), attempt).error().detail() ==
        "rdpsweep-disk cannot be started: No such file or directory"
    );
}

TEST_CASE("disk: what a host may not do to us is its own error, never tried again", "[disk]") {
    const Scratch scratch;
    World world;
    for (const auto* const order : {"open", "ask 99999 1", "loud", "crash", "exit", "kill"}) {
        CAPTURE(order);
        Attempt attempt;
        const auto facts =
            facts_of(world, target_of(scratch.file("os.raw", image_of(order))), attempt);
        REQUIRE_FALSE(facts);
        CHECK_FALSE(facts.error().retryable());
    }
}

TEST_CASE("disk: no script runs there", "[disk]") {
    const Scratch scratch;
    World world;
    Attempt attempt;
    const auto target = target_of(scratch.file("os.raw", image_of("facts 2", "{}")));
    const Script script("test", "exit", Script::Effect::changes_host);
    const auto ran = test::run_task([&](HostDeadline& deadline) -> Task<Result<CommandOutput>> {
        auto session = co_await world.transport->open(target, nobody, deadline, attempt);
        const ScriptInput input("ab", "{}");
        co_return co_await (*session)->run(script, input, deadline);
    });
    REQUIRE_FALSE(ran);
    CHECK(ran.error().code() == Errc::unsupported);
    CHECK(ran.error().detail() == "a disk runs no script: it is only read");
}

TEST_CASE("disk: at most 16 disks are read at once, and a wait costs a host no time", "[disk]") {
    const Scratch scratch;
    World world;
    const auto image = scratch.file("os.raw", image_of("facts 2", "{}"));
    std::size_t good = 0;
    const auto all = test::run_task([&](HostDeadline& deadline) -> Task<bool> {
        std::size_t running = 40;
        asio::steady_timer over(deadline.executor(), Clock::time_point::max());
        auto one = [&]() -> Task<void> {
            Attempt attempt;
            const auto target = target_of(image);
            const auto facts = co_await read_facts(*world.transport, target, deadline, attempt);
            if (facts) ++good;
            if (--running == 0) over.cancel();
        };
        for (int host = 0; host < 40; ++host)
            asio::co_spawn(deadline.executor(), one, asio::detached);
        boost::system::error_code ignored;
        co_await over.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        co_return true;
    });
    CHECK(all);
    CHECK(good == 40);
}
