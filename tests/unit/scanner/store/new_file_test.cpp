// Files that get their name when they are whole, and what is left when they do not.
#include "scanner/store/new_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <csignal>
#include <sys/wait.h>

using namespace rdpsweep;
namespace fs = std::filesystem;

namespace {

std::size_t entries_in(const std::string& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator())
    );
}

} // namespace

TEST_CASE("new file: two writers of one name do not mix, and the last one has it", "[state]") {
    const Scratch scratch;
    const auto path = scratch.path("report");
    auto one = NewFile::beside(path, 0644);
    auto two = NewFile::beside(path, 0644);
    REQUIRE(one);
    REQUIRE(two);
    REQUIRE(one->write("one one one"));
    REQUIRE(two->write("two"));
    CHECK_FALSE(fs::exists(path));
    REQUIRE(two->publish());
    CHECK(Scratch::read(path) == "two");
    REQUIRE(one->publish());
    CHECK(Scratch::read(path) == "one one one");
    CHECK(entries_in(scratch.path("")) == 1);
}

TEST_CASE("new file: a link is replaced, and a planted name is passed by", "[state]") {
    const Scratch scratch;
    const auto victim = scratch.file("victim", "keep\n");
    for (const auto* name : {"report", "report.part", "report.new"})
        fs::create_symlink(victim, scratch.path(name));
    auto file = NewFile::beside(scratch.path("report"), 0644);
    REQUIRE(file);
    REQUIRE(file->write("whole"));
    REQUIRE(file->publish());
    CHECK(Scratch::read(victim) == "keep\n");
    CHECK_FALSE(fs::is_symlink(scratch.path("report")));
    CHECK(Scratch::read(scratch.path("report")) == "whole");
}

TEST_CASE("new file: what is not published is gone, and the old file is as it was", "[state]") {
    const Scratch scratch;
    const auto path = scratch.file("report", "old");
    {
        auto file = NewFile::beside(path, 0644);
        REQUIRE(file);
        REQUIRE(file->write("half"));
        CHECK(entries_in(scratch.path("")) == 2);
    }
    CHECK(entries_in(scratch.path("")) == 1);
    CHECK(Scratch::read(path) == "old");
    CHECK_FALSE(NewFile::beside(scratch.path("none/report"), 0644));
    fs::create_directory(scratch.path("folder"));
    auto over = NewFile::beside(scratch.path("folder"), 0644);
    REQUIRE(over);
    CHECK_FALSE(over->publish());
}

TEST_CASE("new file: the mode is what is asked for, less the umask", "[state]") {
    const Scratch scratch;
    const auto before = umask(027);
    auto file = NewFile::beside(scratch.path("report"), 0644);
    umask(before);
    REQUIRE(file);

    struct stat about {};

    REQUIRE(fstat(file->descriptor(), &about) == 0);
    CHECK((about.st_mode & 07777) == 0640);
}

TEST_CASE("new file: a signal that ends the program leaves nothing half written", "[state]") {
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        INFO(number);
        const Scratch scratch;
        const auto child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            // Catch's own handlers are not what a program of ours has.
            for (const int one : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
                std::signal(one, SIG_DFL);
            auto whole = NewFile::beside(scratch.path("whole"), 0644);
            auto half = NewFile::beside(scratch.path("half"), 0644);
            const bool made = whole && half && whole->publish() && half->write("x");
            if (made && entries_in(scratch.path("")) == 2) (void)raise(number);
            _exit(1);
        }
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
        CHECK(WTERMSIG(status) == number);
        CHECK(fs::exists(scratch.path("whole")));
        CHECK(entries_in(scratch.path("")) == 1);
    }
}
