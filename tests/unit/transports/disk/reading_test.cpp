// The parent's side against a helper that does what its disk says, good and bad (disk_reader.cpp).
#include "core/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "transports/disk/helper_program.hpp"
#include "transports/disk/reading.hpp"

#include <csignal>
#include <sys/wait.h>

using namespace rdpsweep;
using namespace rdpsweep::disk;

namespace {

const std::string nonce = "0123456789abcdef";

// A disk in memory; what begins at gap is not given, and from broken on nothing is.
class MemoryBlocks final : public Blocks {
public:
    explicit MemoryBlocks(std::string bytes) : bytes_(std::move(bytes)) {}

    [[nodiscard]] std::uint64_t size() const noexcept override { return bytes_.size(); }

    Task<Result<std::optional<std::string>>>
    read(std::uint64_t offset, std::size_t length, HostDeadline&) override {
        if (offset >= broken) co_return Error(Phase::run, Errc::peer_closed, "the medium is gone");
        std::optional<std::string> bytes;
        if (offset < gap) bytes = bytes_.substr(offset, length);
        co_return bytes;
    }

    std::uint64_t gap = UINT64_MAX;
    std::uint64_t broken = UINT64_MAX;

private:
    std::string bytes_;
};

// A disk that tells its reader what to do; more stands behind the first sector.
MemoryBlocks disk_of(const std::string& order, const std::string& more = "") {
    auto bytes = order + "\n";
    bytes.resize(512);
    return MemoryBlocks(bytes + more + std::string(2u << 20, '\0'));
}

struct Ended {
    Result<std::string> answer;
    std::size_t requests;
    std::size_t unread;
    std::uint64_t held_most = 0;
};

Task<Ended> read_with(std::vector<std::string> argv, Blocks& blocks, HostDeadline& deadline) {
    auto helper = HelperProcess::start(deadline.executor(), argv);
    if (!helper) co_return Ended{std::move(helper).error(), 0, 0};
    Reading reading(**helper, blocks);
    auto answer = co_await reading.answer(deadline);
    co_return Ended{std::move(answer), reading.budget().requests(), reading.unread()};
}

Ended read_disk(Blocks& blocks, Clock::duration limit = std::chrono::seconds(60)) {
    std::vector<std::string> argv{
        RDPSWEEP_DISK_READER, std::to_string(blocks.size()), nonce, "facts"};
    return test::run_task(
        [&](HostDeadline& deadline) { return read_with(std::move(argv), blocks, deadline); }, limit
    );
}

// Returns "code native: detail" of what ended a reading.
std::string end_of(const std::string& order) {
    auto blocks = disk_of(order);
    const auto ended = read_disk(blocks);
    if (ended.answer) return "answered " + *ended.answer;
    const auto& error = ended.answer.error();
    CHECK(error.phase() == Phase::run);
    return std::string(to_string(error.code())) + " " + std::string(error.native()) + ": " +
           std::string(error.detail());
}

std::string framed(const std::string& json) {
    char numbers[48];
    std::snprintf(
        numbers, sizeof numbers, " %zu %08x ", json.size(), static_cast<unsigned>(crc32(json))
    );
    return "RDPSWEEP1 " + nonce + numbers + json + "\n";
}

} // namespace

TEST_CASE("disk reading: the helper's answer comes framed, from blocks it asked for", "[disk]") {
    const std::string json = R"({"schema":"facts/1"})";
    auto blocks = disk_of("facts " + std::to_string(json.size()), json);
    const auto ended = read_disk(blocks);
    REQUIRE(ended.answer);
    CHECK(*ended.answer == framed(json));
    CHECK(ended.requests == 1); // a block of 64 KiB
    CHECK(ended.unread == 0);
}

TEST_CASE("disk reading: an answer of nearly 4 MiB comes whole", "[disk]") {
    const std::string json((4u << 20) - 100, 'j');
    MemoryBlocks blocks("facts " + std::to_string(json.size()) + "\n" + std::string(490, '\0'));
    auto order = "facts " + std::to_string(json.size()) + "\n";
    order.resize(512);
    MemoryBlocks large(order + json);
    const auto ended = read_disk(large);
    REQUIRE(ended.answer);
    CHECK(*ended.answer == framed(json));
}

TEST_CASE("disk reading: what the sandbox forbids ends as SIGSYS, and names the stage", "[disk]") {
    for (const auto* const order : {"open", "socket", "fork", "signal", "execute", "exec"}) {
        CAPTURE(order);
        CHECK(
            end_of(order) ==
            "protocol_violation SIGSYS: the disk's reader tried what its sandbox forbids, and was "
            "ended while it read: hive"
        );
    }
}

TEST_CASE("disk reading: a request outside of the disk, or too large, ends it", "[disk]") {
    const std::string disk = ", of a disk of 2097664";
    const std::string asked = "protocol_violation : the disk's reader asked for ";
    CHECK(end_of("ask 2097664 1") == asked + "1 bytes at 2097664" + disk);
    CHECK(end_of("ask 2097663 2") == asked + "2 bytes at 2097663" + disk);
    CHECK(
        end_of("ask 18446744073709551615 512") == asked + "512 bytes at 18446744073709551615" + disk
    );
    CHECK(end_of("ask 0 0") == asked + "0 bytes at 0" + disk);
    CHECK(end_of("ask 0 1048577") == asked + "1048577 bytes at 0" + disk);
    CHECK(end_of("ask 0 4294967295") == asked + "4294967295 bytes at 0" + disk);
}

TEST_CASE("disk reading: ten GiB are not served, a MiB after the other", "[disk]") {
    CHECK(
        end_of("often 10240 1048576") ==
        "output_limit : the disk's reader asked for more than 268435456 bytes"
    );
    CHECK(end_of("often 5000 1") == "output_limit : the disk's reader asked more than 4000 times");
}

TEST_CASE("disk reading: 100 MB of answer are stopped by its first bytes", "[disk]") {
    CHECK(
        end_of("loud") ==
        "output_limit : the disk's reader would answer 104857600 bytes, over 4194304"
    );
    CHECK(
        end_of("babble") ==
        "protocol_violation : the disk's reader said what the protocol does not have: h"
    );
    CHECK(end_of("stages") == "output_limit : the disk's reader named more than 1000 stages");
}

TEST_CASE("disk reading: an answer is passed on as it came", "[disk]") {
    CHECK(end_of("answer") == "answered no frame"); // find_frame() judges it
}

TEST_CASE("disk reading: what hangs or computes is ended with the host's time", "[disk]") {
    for (const auto* const order : {"hang", "spin"}) {
        CAPTURE(order);
        auto blocks = disk_of(order);
        const auto begun = Clock::now();
        const auto ended = read_disk(blocks, std::chrono::milliseconds(300));
        REQUIRE_FALSE(ended.answer);
        CHECK(ended.answer.error().code() == Errc::timed_out);
        CHECK(ended.answer.error().detail() == "the disk was not read within the host's time");
        CHECK(Clock::now() - begun < std::chrono::seconds(10));
    }
}

TEST_CASE("disk reading: a crash, an end and a kill are each told by name", "[disk]") {
    CHECK(
        end_of("crash") ==
        "protocol_violation SIGSEGV: the disk's reader crashed while it read: hive"
    );
    CHECK(
        end_of("abort") ==
        "protocol_violation SIGABRT: the disk's reader crashed while it read: hive"
    );
    CHECK(
        end_of("exit") ==
        "nonzero_exit exit 7: the disk's reader ended without an answer while it read: hive"
    );
    CHECK(
        end_of("kill") == "unreachable SIGKILL: the disk's reader was ended by another while it "
                          "read: hive"
    );
}

TEST_CASE("disk reading: the helper says itself what is wrong with a disk", "[disk]") {
    CHECK(
        end_of("fail blocked_by_policy bitlocker the volume is encrypted") ==
        "blocked_by_policy bitlocker: the volume is encrypted"
    );
    CHECK(end_of("fail held_back x a \x1b[2J lie") == "malformed_output x: a \\x1B[2J lie");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they have no such limit
    CHECK(end_of("memory") == "output_limit : the disk wants more memory than it may have");
#endif
}

TEST_CASE("disk reading: a medium that fails is told, one that is gone ends it", "[disk]") {
    const std::string json(100'000, 'j');
    auto blocks = disk_of("facts " + std::to_string(json.size()), json);
    blocks.gap = 65'536;
    auto ended = read_disk(blocks);
    REQUIRE_FALSE(ended.answer);
    CHECK(ended.answer.error().code() == Errc::not_found);
    CHECK(ended.answer.error().detail() == "the disk does not give 65536 bytes at 65536");
    CHECK(ended.unread == 1);
    blocks.gap = UINT64_MAX;
    blocks.broken = 65'536;
    ended = read_disk(blocks);
    REQUIRE_FALSE(ended.answer);
    CHECK(ended.answer.error().detail() == "the medium is gone");
}

TEST_CASE("disk reading: a program that is not there, or is another, is told", "[disk]") {
    auto blocks = disk_of("facts 0");
    const auto end = [&](std::vector<std::string> argv) {
        const auto ended = test::run_task([&](HostDeadline& deadline) {
            return read_with(std::move(argv), blocks, deadline);
        });
        REQUIRE_FALSE(ended.answer);
        const auto& error = ended.answer.error();
        return std::string(to_string(error.phase())) + " " + std::string(to_string(error.code())) +
               ": " + std::string(error.detail());
    };
    CHECK(
        end({"/nowhere/rdpsweep-disk"}) ==
        "open not_found: rdpsweep-disk cannot be started: No such file or directory"
    );
    CHECK(
        end({"/etc/passwd"}) ==
        "open access_denied: rdpsweep-disk cannot be started: Permission denied"
    );
    CHECK(end({"/bin/true"}) == "run nonzero_exit: the disk's reader ended without an answer");
    CHECK(
        end({RDPSWEEP_DISK_READER}) == "run nonzero_exit: the disk's reader ended without an answer"
    );
    CHECK(
        end({RDPSWEEP_DISK_READER, "12x", nonce, "facts"}) ==
        "run nonzero_exit: the disk's reader ended without an answer"
    );
}

TEST_CASE("disk reading: no process and no descriptor is left", "[disk]") {
    auto blocks = disk_of("hang");
    for (int round = 0; round < 3; ++round)
        (void)read_disk(blocks, std::chrono::milliseconds(20));
    CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
}

TEST_CASE("helper program: the one beside us is found, or told how to get", "[disk]") {
    CHECK(*find_helper("/given/by/name") == "/given/by/name");
    const auto none = find_helper("");
    REQUIRE_FALSE(none); // none is beside the unit tests
    CHECK(none.error().code() == Errc::not_found);
    CHECK_THAT(
        std::string(none.error().detail()), Catch::StartsWith("rdpsweep-disk is neither in /")
    );
    CHECK(
        none.error().hint() ==
        "cmake --build --preset release --target rdpsweep-disk, and put it beside rdpsweep"
    );
}

TEST_CASE("helper program: a sandbox that holds is proved by an open that is punished", "[disk]") {
    const auto tried = [](const std::string& program) {
        return test::run_task([&](HostDeadline& deadline) { return try_helper(program, deadline); }
        );
    };
    CHECK(tried(RDPSWEEP_DISK_READER));
    CHECK(tried("/bin/true").error().code() == Errc::nonzero_exit);
    CHECK(tried("/nowhere").error().code() == Errc::not_found);
}
