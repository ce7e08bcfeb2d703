// Images as files: which are opened, what is read, and what changes underneath.
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/scratch.hpp"
#include "transports/disk/file_blocks.hpp"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace rdpsweep;
using namespace rdpsweep::disk;

namespace {

struct Opened {
    asio::thread_pool pool{1};
    std::unique_ptr<Blocks> blocks;
    std::optional<Error> error;

    explicit Opened(const std::string& path) {
        auto result =
            test::run_task([&](HostDeadline& deadline) { return open_file(path, pool, deadline); });
        if (result) {
            blocks = *std::move(result);
        } else {
            error = std::move(result).error();
        }
    }

    ~Opened() { pool.join(); }

    Result<std::optional<std::string>> read(std::uint64_t offset, std::size_t length) {
        return test::run_task([&](HostDeadline& deadline) {
            return blocks->read(offset, length, deadline);
        });
    }
};

std::string sectors(std::size_t count) {
    std::string bytes;
    for (std::size_t number = 0; number < count; ++number)
        bytes += std::string(sector, static_cast<char>('a' + number));
    return bytes;
}

} // namespace

TEST_CASE("file blocks: an image is read where it is asked", "[disk]") {
    const Scratch scratch;
    Opened disk(scratch.file("os.raw", sectors(4)));
    REQUIRE(disk.blocks);
    CHECK(disk.blocks->size() == 4 * sector);
    const auto read = disk.read(sector - 1, sector + 2);
    REQUIRE((read && *read));
    CHECK(**read == "a" + std::string(sector, 'b') + "c");
}

TEST_CASE("file blocks: links lead to an image, as those of /dev/disk do", "[disk]") {
    const Scratch scratch;
    const auto image = scratch.file("os.raw", sectors(2));
    REQUIRE(symlink(image.c_str(), scratch.path("by-id").c_str()) == 0);
    Opened disk(scratch.path("by-id"));
    REQUIRE(disk.blocks);
    CHECK(disk.blocks->size() == 2 * sector);
}

TEST_CASE("file blocks: what is no disk is told, and never waited for", "[disk]") {
    const Scratch scratch;
    const auto told = [](const std::string& path) {
        const Opened disk(path);
        REQUIRE(disk.error);
        CHECK(disk.error->phase() == Phase::open);
        return std::string(to_string(disk.error->code())) + ": " +
               std::string(disk.error->detail());
    };
    REQUIRE(mkfifo(scratch.path("fifo").c_str(), 0600) == 0);
    CHECK(told(scratch.path("fifo")) == "unsupported: it is a FIFO, and no disk");
    CHECK(told(scratch.path("")) == "unsupported: it is a folder, and no disk");
    CHECK(told("/dev/null") == "unsupported: it is a character device, and no disk");
    CHECK(
        told(scratch.path("none")) ==
        "not_found: the disk cannot be opened: No such file or directory"
    );
    CHECK(
        told(scratch.file("empty", "")) ==
        "malformed_output: the image has 0 bytes: that is no disk"
    );
    CHECK(
        told(scratch.file("a.vhdx", "vhdxfile" + sectors(2))) == "unsupported: the image is a VHDX"
    );
    if (geteuid() != 0) {
        CHECK(
            told(scratch.file("secret", sectors(2), 0)) ==
            "access_denied: the disk cannot be opened: Permission denied"
        );
    }
}

TEST_CASE("file blocks: a file that is written to while it is read ends the reading", "[disk]") {
    const Scratch scratch;
    const auto path = scratch.file("os.raw", sectors(4));
    Opened disk(path);
    REQUIRE(disk.read(0, sector));
    SECTION("a byte of it") {
        // Times of files have the grain of the kernel's clock: this one is set.
        std::fstream(path, std::ios::in | std::ios::out) << 'x';
        const timespec times[2] = {{1, 0}, {1, 0}};
        REQUIRE(utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
    }
    SECTION("its end") {
        std::filesystem::resize_file(path, 2 * sector);
    }
    const auto read = disk.read(3 * sector, sector);
    REQUIRE_FALSE(read);
    CHECK(read.error().code() == Errc::protocol_violation);
    CHECK(read.error().detail() == "the disk changed while it was read");
    CHECK(read.error().hint() == "is it in use? read a copy or a snapshot of it");
}

TEST_CASE("file blocks: another file of that name is not the disk", "[disk]") {
    const Scratch scratch;
    const auto path = scratch.file("os.raw", sectors(2));
    Opened disk(path);
    std::filesystem::rename(path, scratch.path("old.raw"));
    (void)scratch.file("os.raw", std::string(2 * sector, 'z'));
    // A rename changes what the file is called, which its time tells as well.
    const auto read = disk.read(0, 1);
    CHECK((!read || **read == "a"));
}

TEST_CASE("file blocks: no time is left", "[disk]") {
    const Scratch scratch;
    const auto path = scratch.file("os.raw", sectors(2));
    asio::thread_pool pool{1};
    const auto result = test::run_task([&](HostDeadline& deadline) {
        deadline.expire();
        return open_file(path, pool, deadline);
    });
    pool.join();
    REQUIRE_FALSE(result);
    CHECK(result.error().code() == Errc::timed_out);
    CHECK(result.error().phase() == Phase::open);
}
