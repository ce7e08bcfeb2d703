// The way to a folder of ours: every kind of owner, mode, link and parent.
#include "scanner/system/own_folder.hpp"
#include "scanner/system/owner_rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <fcntl.h>

using namespace rdpsweep;
namespace fs = std::filesystem;

namespace {

constexpr uid_t another_user = 4711;

struct stat looks_like(mode_t mode, uid_t owner = geteuid()) {
    struct stat about {};

    about.st_mode = mode;
    about.st_uid = owner;
    return about;
}

mode_t mode_of(const std::string& path) {
    struct stat about {};

    REQUIRE(lstat(path.c_str(), &about) == 0);
    return about.st_mode & 07777;
}

std::string our_uid() {
    return std::to_string(geteuid());
}

// A umask for as long as it lives.
struct Umask {
    explicit Umask(mode_t mask) : before(umask(mask)) {}

    ~Umask() { umask(before); }

    mode_t before;
};

// Returns the error that a state directory in a folder of that mode, below the scratch, meets.
Error folder_refusal(const std::string& path) {
    const auto opened = open_own_folder(path, IfMissing::make);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code() == Errc::access_denied);
    return opened.error();
}

} // namespace

TEST_CASE("owner rules: ours are those that nobody else owns or writes", "[state]") {
    CHECK(check_ours(looks_like(S_IFDIR | 0700), "/s"));
    CHECK(check_ours(looks_like(S_IFDIR | 0755), "/s")); // systemd's StateDirectory=
    CHECK(check_ours(looks_like(S_IFREG | 0644), "/s/trust"));
    const auto theirs = check_ours(looks_like(S_IFDIR | 0700, another_user), "/s");
    REQUIRE_FALSE(theirs);
    CHECK(
        theirs.error().detail() ==
        "/s belongs to user 4711, not to us (" + our_uid() + "); mode 0700"
    );
    CHECK(
        theirs.error().hint() == "if what is in it can be trusted: chown -R " + our_uid() + " /s"
    );
    for (const mode_t open : {0770U, 0707U, 0777U, 01777U, 02775U, 0720U, 0702U}) {
        const auto folder = check_ours(looks_like(S_IFDIR | open), "/s");
        const auto file = check_ours(looks_like(S_IFREG | open), "/s/trust");
        REQUIRE_FALSE(folder);
        REQUIRE_FALSE(file);
        CHECK(folder.error().hint() == "chmod 700 /s after a look at what others left in it");
        CHECK(file.error().hint() == "chmod 600 /s/trust after a look at what others left in it");
    }
    CHECK(
        check_ours(looks_like(S_IFDIR | 01777), "/s").error().detail() ==
        "/s can be written by other users (mode 1777)"
    );
}

TEST_CASE("owner rules: root called by a user's sudo is told to be that user", "[state]") {
    if (geteuid() != 0) return;
    setenv("SUDO_UID", "4711", 1);
    setenv("SUDO_USER", "anna", 1);
    const auto hint = [](uid_t owner) {
        return std::string(check_ours(looks_like(S_IFDIR | 0700, owner), "/s").error().hint());
    };
    CHECK(
        hint(another_user) ==
        "run it as anna, without sudo, or give root a folder of its own: --state "
        "/root/.local/state/rdpsweep"
    );
    CHECK(hint(another_user + 1) == "if what is in it can be trusted: chown -R 0 /s");
    unsetenv("SUDO_UID");
    unsetenv("SUDO_USER");
}

TEST_CASE("owner rules: a way is root's or ours, and sticky where others may write", "[state]") {
    CHECK(check_way(looks_like(S_IFDIR | 0755, 0), "/home"));
    CHECK(check_way(looks_like(S_IFDIR | 0711), "/home/us"));
    CHECK(check_way(looks_like(S_IFDIR | 01777, 0), "/tmp"));
    CHECK_FALSE(check_way(looks_like(S_IFDIR | 01777, another_user), "/tmp")
    ); // its owner may rename
    CHECK_FALSE(check_way(looks_like(S_IFDIR | 0755, another_user), "/home/them"));
    for (const mode_t open : {0777U, 0775U, 0757U, 02775U}) {
        const auto way = check_way(looks_like(S_IFDIR | open, 0), "/x");
        REQUIRE_FALSE(way);
        CHECK(way.error().hint() == "chmod go-w /x, or --state elsewhere");
    }
    CHECK(
        check_way(looks_like(S_IFDIR | 0777, 0), "/x").error().detail() ==
        "/x lets other users replace what is in it (mode 0777, not sticky)"
    );
}

TEST_CASE("own folder: what is missing is made for us alone, whatever the umask", "[state]") {
    const Scratch scratch;
    for (const mode_t mask : {0U, 022U, 0777U}) {
        INFO(mask);
        const Umask changed(mask);
        const auto top = scratch.path("top" + std::to_string(mask));
        REQUIRE(open_own_folder(top + "/state", IfMissing::make));
        CHECK(mode_of(top) == 0700);
        CHECK(mode_of(top + "/state") == 0700);
    }
    const auto none = open_own_folder(scratch.path("none/deeper"), IfMissing::fail);
    REQUIRE_FALSE(none);
    CHECK(none.error().code() == Errc::not_found);
    CHECK(none.error().detail() == "there is no " + scratch.path("none"));
    CHECK_FALSE(fs::exists(scratch.path("none")));
    const auto proc = open_own_folder("/proc/none", IfMissing::make);
    REQUIRE_FALSE(proc);
    CHECK(proc.error().code() == Errc::local_limit);
}

TEST_CASE("own folder: none at all is said, and the folder we are in is not taken", "[state]") {
    const auto none = open_own_folder("", IfMissing::make);
    REQUIRE_FALSE(none);
    CHECK(none.error().code() == Errc::not_found);
    CHECK(none.error().hint() == "name one: --state DIR");
}

TEST_CASE("own folder: one that others may write to, or change for another", "[state]") {
    const Scratch scratch;
    const auto state = scratch.path("way/state");
    fs::create_directories(state);
    REQUIRE(chmod(scratch.path("way").c_str(), 0755) == 0);
    for (const mode_t mode : {0777U, 0770U, 0702U, 01777U}) {
        REQUIRE(chmod(state.c_str(), mode) == 0);
        CHECK(
            folder_refusal(state).hint() ==
            "chmod 700 " + state + " after a look at what others left in it"
        );
    }
    REQUIRE(chmod(state.c_str(), 0755) == 0);
    CHECK(open_own_folder(state, IfMissing::fail));
    for (const mode_t mode : {0777U, 0775U, 0707U}) {
        REQUIRE(chmod(scratch.path("way").c_str(), mode) == 0);
        CHECK(
            folder_refusal(state).hint() ==
            "chmod go-w " + scratch.path("way") + ", or --state elsewhere"
        );
        CHECK(folder_refusal(scratch.path("way/new")).code() == Errc::access_denied);
        CHECK_FALSE(fs::exists(scratch.path("way/new")));
    }
    REQUIRE(chmod(scratch.path("way").c_str(), 01777) == 0);
    CHECK(open_own_folder(state, IfMissing::fail)); // as below /tmp
    if (geteuid() != 0) return;
    REQUIRE(chown(state.c_str(), another_user, 0) == 0);
    CHECK_THAT(
        std::string(folder_refusal(state).detail()), Catch::Contains("belongs to user 4711")
    );
    REQUIRE(chown(state.c_str(), 0, 0) == 0);
    REQUIRE(chown(scratch.path("way").c_str(), another_user, 0) == 0);
    CHECK(
        folder_refusal(state).hint() == "chown 0 " + scratch.path("way") + ", or --state elsewhere"
    );
}

TEST_CASE("own folder: links on the way are followed if nobody else has made them", "[state]") {
    const Scratch scratch;
    fs::create_directories(scratch.path("real/state"));
    for (const auto* name : {"real", "real/state"})
        REQUIRE(chmod(scratch.path(name).c_str(), 0700) == 0);
    fs::create_symlink(scratch.path("real"), scratch.path("absolute"));
    fs::create_symlink("real/../real/state/.", scratch.path("relative"));
    CHECK(open_own_folder(scratch.path("absolute/state"), IfMissing::fail));
    CHECK(open_own_folder(scratch.path("relative"), IfMissing::fail));
    CHECK(open_own_folder(scratch.path("relative/../state//"), IfMissing::fail));
    // systemd's DynamicUser=: /var/lib/NAME is root's link to private/NAME.
    fs::create_symlink("loop", scratch.path("loop"));
    CHECK_FALSE(open_own_folder(scratch.path("loop"), IfMissing::make));
    // The end of a link is looked at as closely as any other end.
    fs::create_directory(scratch.path("real/open"));
    REQUIRE(chmod(scratch.path("real/open").c_str(), 0777) == 0);
    fs::create_symlink("real/open", scratch.path("to-open"));
    CHECK_THAT(
        std::string(folder_refusal(scratch.path("to-open")).detail()), Catch::Contains("mode 0777")
    );
    if (geteuid() != 0) return;
    REQUIRE(lchown(scratch.path("absolute").c_str(), another_user, 0) == 0);
    CHECK_THAT(
        std::string(folder_refusal(scratch.path("absolute/state")).detail()),
        Catch::Contains(scratch.path("absolute") + " belongs to user 4711")
    );
    fs::create_symlink(".", scratch.path("real/here"));
    REQUIRE(chown(scratch.path("real").c_str(), 0, 0) == 0);
    CHECK(open_own_folder(scratch.path("real/here"), IfMissing::fail));
    REQUIRE(chmod(scratch.path("real").c_str(), 01777) == 0);
    CHECK_THAT(
        std::string(folder_refusal(scratch.path("real/here")).detail()), Catch::Contains("1777")
    );
}

TEST_CASE("own folder: a folder in ours is no link", "[state]") {
    const Scratch scratch;
    fs::create_directory(scratch.path("state"));
    fs::create_directory(scratch.path("elsewhere"));
    for (const auto* name : {"state", "elsewhere"})
        REQUIRE(chmod(scratch.path(name).c_str(), 0700) == 0);
    const auto state = open_own_folder(scratch.path("state"), IfMissing::fail);
    REQUIRE(state);
    const auto runs = scratch.path("state/runs");
    fs::create_symlink(scratch.path("elsewhere"), runs);
    for (const auto missing : {IfMissing::fail, IfMissing::make}) {
        const auto linked = open_own_subfolder(state->get(), "runs", runs, missing);
        REQUIRE_FALSE(linked);
        CHECK(linked.error().detail() == runs + " is a symbolic link");
        CHECK(linked.error().hint() == "if nobody needs it: rm " + runs);
    }
    fs::remove(runs);
    const Umask none(0);
    CHECK(open_own_subfolder(state->get(), "runs", runs, IfMissing::make));
    CHECK(mode_of(runs) == 0700);
    REQUIRE(chmod(runs.c_str(), 0775) == 0);
    CHECK_FALSE(open_own_subfolder(state->get(), "runs", runs, IfMissing::make));
}
