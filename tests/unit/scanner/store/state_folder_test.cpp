// Files of the state directory: only regular ones, of ours, that nobody else may write to.
#include "scanner/store/audit.hpp"
#include "scanner/store/state_folder.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <fcntl.h>

using namespace rdpsweep;
namespace fs = std::filesystem;

namespace {

constexpr uid_t another_uid = 4711;

struct StateDesk {
    StateDesk() {
        auto opened = StateFolder::open(scratch.path("state"), IfMissing::make);
        REQUIRE(opened);
        folder.emplace(*std::move(opened));
    }

    [[nodiscard]] std::string path() const { return folder->path_of("trust"); }

    // Tells what is wrong with the file, for reading and for writing.
    [[nodiscard]] std::string refusal() const {
        const auto read = folder->read("trust", 100);
        const auto write = folder->file("trust", O_RDWR | O_CREAT | O_APPEND);
        REQUIRE_FALSE(read);
        REQUIRE_FALSE(write);
        CHECK(read.error().code() == Errc::access_denied);
        CHECK(read.error().detail() == write.error().detail());
        return std::string(read.error().detail());
    }

    Scratch scratch;
    std::optional<StateFolder> folder;
};

} // namespace

TEST_CASE("state folder: a file is made for us alone, whatever the umask", "[state]") {
    const StateDesk place;
    for (const mode_t mask : {0U, 0777U}) {
        const auto before = umask(mask);
        const auto made = place.folder->file("trust", O_RDWR | O_CREAT);
        const auto replaced = place.folder->replace("word", "abort\n");
        umask(before);
        REQUIRE(made);
        REQUIRE(replaced);

        struct stat about {};

        REQUIRE(fstat(made->get(), &about) == 0);
        CHECK((about.st_mode & 07777) == 0600);
        fs::remove(place.path());
    }
    CHECK(*place.folder->read("word", 6) == "abort\n");
    CHECK(place.folder->read("word", 5).error().code() == Errc::output_limit);
    CHECK(place.folder->read("none", 5).error().code() == Errc::not_found);
}

TEST_CASE("state folder: what another user wrote, or could write, is not read", "[state]") {
    const StateDesk place;
    (void)place.scratch.file("state/trust", "planted\n", 0644);
    CHECK(*place.folder->read("trust", 100) == "planted\n");
    for (const mode_t mode : {0622U, 0660U, 0602U, 0666U}) {
        REQUIRE(chmod(place.path().c_str(), mode) == 0);
        CHECK_THAT(place.refusal(), Catch::Contains("can be written by other users (mode 06"));
    }
    REQUIRE(chmod(place.path().c_str(), 0600) == 0);
    if (geteuid() != 0) return;
    REQUIRE(chown(place.path().c_str(), another_uid, 0) == 0);
    CHECK(place.refusal() == place.path() + " belongs to user 4711, not to us (0); mode 0600");
    CHECK(
        place.folder->read("trust", 100).error().hint() ==
        "if what is in it can be trusted: chown 0 " + place.path()
    );
}

TEST_CASE("state folder: a link, a FIFO, a device and a folder are no files", "[state]") {
    const StateDesk place;
    const auto target = place.scratch.file("target", "theirs\n");
    fs::create_symlink(target, place.path());
    CHECK(place.refusal() == place.path() + " is a symbolic link");
    fs::remove(place.path());
    fs::create_symlink("nowhere", place.path());
    CHECK(place.refusal() == place.path() + " is a symbolic link");
    CHECK_FALSE(fs::exists(place.folder->path_of("nowhere")));
    fs::remove(place.path());
    REQUIRE(mkfifo(place.path().c_str(), 0600) == 0);
    CHECK(place.refusal() == place.path() + " is no regular file"); // and nothing waits
    fs::remove(place.path());
    fs::create_directory(place.path());
    CHECK(place.refusal() == place.path() + " is a folder");
    CHECK(Scratch::read(target) == "theirs\n");
}

TEST_CASE("state folder: a name leads nowhere else", "[state]") {
    const StateDesk place;
    (void)place.scratch.file("target", "theirs\n");
    fs::create_directories(place.folder->path_of("sub"));
    for (const auto* name : {"../target", "/etc/passwd", "..", ".", "", "sub/x"}) {
        INFO(name);
        CHECK_FALSE(place.folder->read(name, 100));
        CHECK_FALSE(place.folder->file(name, O_RDWR | O_CREAT));
        CHECK_FALSE(place.folder->folder(name, IfMissing::make));
    }
}

TEST_CASE("state folder: a word is replaced whole, and a link in its place goes", "[state]") {
    const StateDesk place;
    const auto target = place.scratch.file("target", "theirs\n");
    fs::create_symlink(target, place.folder->path_of("order"));
    REQUIRE(place.folder->replace("order", "pause\n"));
    CHECK(Scratch::read(target) == "theirs\n");
    CHECK(*place.folder->read("order", 100) == "pause\n");
    // Nothing else is left in the folder.
    CHECK(
        std::distance(fs::directory_iterator(place.folder->path()), fs::directory_iterator()) == 1
    );
}

TEST_CASE(
    "audit: a file that others could write to, or change for another, is refused", "[state]"
) {
    const Scratch scratch;
    const auto path = scratch.file("audit", "", 0666);
    const auto open = AuditLog::open(path);
    REQUIRE_FALSE(open);
    CHECK(
        open.error().detail() ==
        "the audit file: " + path + " can be written by other users (mode 0666)"
    );
    REQUIRE(chmod(path.c_str(), 0640) == 0);
    CHECK(AuditLog::open(path));
    fs::create_symlink(path, scratch.path("link"));
    CHECK_FALSE(AuditLog::open(scratch.path("link")));
    CHECK_FALSE(AuditLog::open("/dev/full"));
    fs::create_directory(scratch.path("open"));
    REQUIRE(chmod(scratch.path("open").c_str(), 0777) == 0);
    CHECK_FALSE(AuditLog::open(scratch.path("open/audit")));
    REQUIRE(chmod(scratch.path("open").c_str(), 01777) == 0);
    CHECK(AuditLog::open(scratch.path("open/audit")));
}
