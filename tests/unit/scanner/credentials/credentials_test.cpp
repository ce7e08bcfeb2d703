#include "scanner/credentials/credentials.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <thread>
#include <unistd.h>

using namespace rdpsweep;
using namespace std::chrono_literals;

namespace {

CredentialSpec spec(PasswordSource source) {
    CredentialSpec result;
    result.name = "fleet";
    result.username = "CORP\\svc";
    result.password = std::move(source);
    return result;
}

// The password, or "phase/code: detail (native)".
std::string fetch(PasswordSource source, CredentialLimits limits = {}) {
    CredentialStore store({spec(std::move(source))}, std::move(limits));
    const auto credential = store.get("fleet");
    if (credential) return std::string(std::get<Password>((*credential)->proof).value.reveal());
    const auto& error = credential.error();
    return std::string(to_string(error.code())) + ": " + std::string(error.detail()) + " (" +
           std::string(error.native()) + ") " + std::string(error.hint());
}

FromCommand shell(const std::string& script) {
    return {{"/bin/sh", "-c", script}};
}

// Returns what a terminal shows, up to and with the mark.
std::string shown_until(int master, std::string_view mark) {
    std::string shown;
    char buffer[256];
    pollfd ready{master, POLLIN, 0};
    while (shown.find(mark) == std::string::npos && poll(&ready, 1, 30'000) > 0) {
        const auto got = read(master, buffer, sizeof buffer);
        if (got <= 0) break;
        shown.append(buffer, static_cast<std::size_t>(got));
    }
    return shown;
}

} // namespace

TEST_CASE("credentials: from the environment", "[credentials]") {
    setenv("RDPSWEEP_TEST_PW", "s3cret word", 1);
    CHECK(fetch(FromEnvironment{"RDPSWEEP_TEST_PW"}) == "s3cret word");
    setenv("RDPSWEEP_TEST_PW", "", 1);
    CHECK_THAT(fetch(FromEnvironment{"RDPSWEEP_TEST_PW"}), Catch::StartsWith("malformed_output: "));
    unsetenv("RDPSWEEP_TEST_PW");
    CHECK_THAT(
        fetch(FromEnvironment{"RDPSWEEP_TEST_PW"}),
        Catch::StartsWith("name_not_found: credential fleet: the environment variable "
                          "RDPSWEEP_TEST_PW is not set")
    );
}

TEST_CASE("credentials: from a file closed to others", "[credentials]") {
    const Scratch scratch;
    CHECK(fetch(FromFile{scratch.file("a", "s3cret\n")}) == "s3cret");
    CHECK(fetch(FromFile{scratch.file("b", "s3cret\r\nmore\n")}) == "s3cret");
    CHECK(fetch(FromFile{scratch.file("c", " spaces count ", 0400)}) == " spaces count ");
}

TEST_CASE("credentials: a file that others may read is refused, with the chmod", "[credentials]") {
    const Scratch scratch;
    for (const mode_t mode : {0644, 0640, 0660, 0604, 0620, 0601}) {
        const auto path = scratch.file("open", "s3cret\n", mode);
        const auto said = fetch(FromFile{path});
        CHECK_THAT(said, Catch::StartsWith("access_denied: "));
        CHECK_THAT(said, Catch::EndsWith("chmod 600 " + path));
        CHECK(said.find("s3cret") == std::string::npos);
    }
}

TEST_CASE("credentials: files that hold no password", "[credentials]") {
    const Scratch scratch;
    CHECK_THAT(fetch(FromFile{scratch.path("no")}), Catch::StartsWith("name_not_found: "));
    CHECK_THAT(fetch(FromFile{scratch.file("empty", "")}), Catch::StartsWith("malformed_output: "));
    CHECK_THAT(fetch(FromFile{scratch.file("blank", "\nx\n")}), Catch::Contains("is empty"));
    CHECK_THAT(
        fetch(FromFile{scratch.file("nul", std::string("a\0b\n", 4))}), Catch::Contains("NUL")
    );
    CHECK_THAT(
        fetch(FromFile{scratch.file("big", std::string(70'000, 'x'))}),
        Catch::StartsWith("output_limit: ")
    );
    std::filesystem::create_directory(scratch.path("folder"));
    CHECK_THAT(fetch(FromFile{scratch.path("folder")}), Catch::Contains("is not a file"));
}

TEST_CASE("credentials: from systemd, a file below the folder of the unit", "[credentials]") {
    const Scratch scratch;
    const auto named = [&](const std::string& name) { return fetch(FromSystemd{name}); };
    unsetenv("CREDENTIALS_DIRECTORY");
    const auto outside = named("fleet-pw");
    CHECK_THAT(
        outside,
        Catch::StartsWith("name_not_found: credential fleet: systemd's credential fleet-pw is not "
                          "here: CREDENTIALS_DIRECTORY is not set")
    );
    CHECK_THAT(outside, Catch::EndsWith("LoadCredential=fleet-pw:/etc/rdpsweep/fleet-pw"));
    setenv("CREDENTIALS_DIRECTORY", "relative", 1);
    CHECK_THAT(named("fleet-pw"), Catch::StartsWith("name_not_found: "));
    auto folder = scratch.path("");
    folder.pop_back();
    setenv("CREDENTIALS_DIRECTORY", folder.c_str(), 1);

    (void)scratch.file("own", "s3cret\nmore\n", 0400);
    CHECK(named("own") == "s3cret");
    // An access list shows as the group's right to read.
    (void)scratch.file("listed", "s3cret", 0440);
    CHECK(named("listed") == "s3cret");
    const auto none = named("none");
    CHECK_THAT(none, Catch::StartsWith("name_not_found: "));
    CHECK_THAT(none, Catch::Contains(scratch.path("none")));
    CHECK_THAT(none, Catch::EndsWith("LoadCredential=none:/etc/rdpsweep/none"));
    for (const mode_t mode : {0404, 0460, 0420, 0402, 0401}) {
        (void)scratch.file("open", "s3cret", mode);
        const auto said = named("open");
        CHECK_THAT(said, Catch::StartsWith("access_denied: "));
        CHECK(said.find("s3cret") == std::string::npos);
    }
    for (const auto* const name : {"../own", "/etc/passwd", "", "a:b"}) {
        CHECK_THAT(named(name), Catch::StartsWith("unsupported: "));
        CHECK_THAT(named(name), Catch::EndsWith("LoadCredential=NAME:PATH"));
    }
    (void)scratch.file("empty", "");
    CHECK_THAT(named("empty"), Catch::StartsWith("malformed_output: "));
    CHECK_THAT(named("empty"), Catch::EndsWith("LoadCredential=empty"));
    (void)scratch.file("blank", "\n"); // what SetCredential= of the package's unit gives
    CHECK_THAT(named("blank"), Catch::EndsWith("LoadCredential=blank"));
    (void)scratch.file("big", std::string(70'000, 'x'));
    CHECK_THAT(named("big"), Catch::StartsWith("output_limit: "));
    std::filesystem::create_symlink(scratch.path("own"), scratch.path("link"));
    CHECK_THAT(named("link"), Catch::StartsWith("access_denied: "));
    REQUIRE(mkfifo(scratch.path("fifo").c_str(), 0600) == 0);
    CHECK_THAT(named("fifo"), Catch::Contains("is not a file")); // and does not wait
    unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_CASE("credentials: names that systemd's credentials may have", "[credentials]") {
    for (const std::string name : {"a", "fleet-pw", "x.y_z", "..a"})
        CHECK(is_systemd_name(name));
    for (const std::string name :
         {"", ".", "..", "a/b", "/etc/shadow", "../a", "a:b", "a b", "a\n"})
        CHECK_FALSE(is_systemd_name(name));
    CHECK(is_systemd_name(std::string(255, 'a')));
    CHECK_FALSE(is_systemd_name(std::string(256, 'a')));
}

TEST_CASE("credentials: from a command, without a shell", "[credentials]") {
    CHECK(fetch(FromCommand{{"printf", "%s\\n", "a $HOME;b"}}) == "a $HOME;b");
    CHECK(fetch(shell("echo one; echo two")) == "one");
    CHECK(fetch(shell("cat; echo stdin was empty")) == "stdin was empty");
}

TEST_CASE("credentials: commands that fail", "[credentials]") {
    SECTION("not there") {
        CHECK_THAT(
            fetch(FromCommand{{"/nonexistent/vault"}}),
            Catch::StartsWith("name_not_found: credential fleet: cannot start the password command")
        );
    }
    SECTION("exit status") {
        const auto said = fetch(shell("echo s3cretpart; exit 3"));
        CHECK_THAT(said, Catch::StartsWith("nonzero_exit: "));
        CHECK_THAT(said, Catch::Contains("exit status 3"));
        CHECK(said.find("s3cretpart") == std::string::npos);
    }
    SECTION("a signal") {
        CHECK_THAT(fetch(shell("kill -9 $$")), Catch::Contains("signal 9"));
    }
    SECTION("silence") {
        CHECK_THAT(fetch(shell("true")), Catch::Contains("is empty"));
    }
    SECTION("its arguments are not shown: one may be a token") {
        CHECK(fetch(FromCommand{{"false", "t0ken-argument"}}).find("t0ken") == std::string::npos);
    }
    SECTION("endless output") {
        CHECK_THAT(fetch(FromCommand{{"yes"}}), Catch::StartsWith("output_limit: "));
    }
}

TEST_CASE("credentials: a command that hangs is ended with all it started", "[credentials]") {
    const Scratch scratch;
    const auto pid_file = scratch.path("pid");
    // On a busy machine a shell may take long to come so far.
    for (const auto limit : {50ms, 500ms, 5000ms}) {
        const auto said =
            fetch(shell("sleep 600 & echo $! > " + pid_file + "; wait"), CredentialLimits{limit});
        CHECK_THAT(said, Catch::StartsWith("timed_out: "));
        if (Scratch::read(pid_file).ends_with("\n")) break;
    }
    const auto pid = std::stoi(Scratch::read(pid_file));
    const int sleeper = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    if (sleeper < 0) {
        CHECK(errno == ESRCH); // gone already
        return;
    }
    pollfd ends{sleeper, POLLIN, 0};
    CHECK(poll(&ends, 1, 20'000) == 1); // it is told at once
    close(sleeper);
}

TEST_CASE("credentials: output that closes early does not outlive the limit", "[credentials]") {
    const auto started = std::chrono::steady_clock::now();
    CHECK_THAT(
        fetch(shell("echo s3cret; exec >&-; sleep 600"), CredentialLimits{50ms}),
        Catch::StartsWith("timed_out: ")
    );
    CHECK(
        std::chrono::steady_clock::now() - started < 60s
    ); // the command's own would be 10 minutes
}

TEST_CASE("credentials: each is fetched once, failures too", "[credentials]") {
    const Scratch scratch;
    const auto log = scratch.path("log");
    SECTION("success") {
        CredentialStore store({spec(shell("echo x >> " + log + "; echo s3cret"))});
        const auto first = store.get("fleet");
        const auto second = store.get("fleet");
        REQUIRE(first);
        REQUIRE(second);
        CHECK(*first == *second);
        CHECK((*first)->user == "CORP\\svc");
        CHECK(Scratch::read(log) == "x\n");
    }
    SECTION("failure") {
        CredentialStore store({spec(shell("echo x >> " + log + "; exit 1"))});
        CHECK_FALSE(store.get("fleet"));
        CHECK_FALSE(store.get("fleet"));
        CHECK(Scratch::read(log) == "x\n");
    }
    SECTION("nothing is fetched that nobody asks for") {
        CredentialStore store({spec(shell("echo x >> " + log))});
        CHECK_FALSE(store.get("other"));
        CHECK(Scratch::read(log).empty());
    }
}

TEST_CASE("credentials: Kerberos tickets, SSH keys and nothing", "[credentials]") {
    auto tickets = spec({});
    tickets.kerberos = true;
    tickets.ccache = "FILE:/tmp/cc";
    CredentialStore store({tickets});
    const auto credential = store.get("fleet");
    REQUIRE(credential);
    CHECK(std::get<CredentialCache>((*credential)->proof).path == "FILE:/tmp/cc");

    auto key = spec({});
    key.ssh_key = "/k";
    CHECK_THAT(
        std::string(CredentialStore({key}).get("fleet").error().detail()),
        Catch::Contains("cannot open the key's file /k")
    );
    CHECK_THAT(fetch({}), Catch::StartsWith("unsupported: "));
}

TEST_CASE("credentials: a prompt asks at the terminal without echo", "[credentials]") {
    int master = -1;
    int slave = -1;
    char name[128];
    if (openpty(&master, &slave, name, nullptr, nullptr) != 0) {
        WARN("SKIPPED: no pseudo-terminal on this machine");
        return;
    }
    CredentialLimits limits;
    limits.terminal = name;
    const auto answer = [&](const std::string& typed) {
        std::thread person([&] {
            // Types when asked; an answer before the echo is off would be flushed away.
            (void)shown_until(master, ": ");
            [[maybe_unused]] const auto sent = write(master, typed.data(), typed.size());
        });
        auto got = fetch(FromPrompt{}, limits);
        person.join();
        return got;
    };
    CHECK(answer("s3cret\n") == "s3cret");
    REQUIRE(write(slave, "<end>", 5) == 5); // an echo would stand before it
    const auto after = shown_until(master, "<end>");
    CHECK(after.ends_with("<end>"));
    CHECK(after.find("s3cret") == std::string::npos);
    CHECK_THAT(answer("abc\x03\n"), Catch::StartsWith("cancelled: "));
    termios settings{};
    REQUIRE(tcgetattr(slave, &settings) == 0);
    CHECK((settings.c_lflag & ECHO) != 0);
    close(slave);
    close(master);
    limits.terminal = "/nonexistent/tty";
    CHECK_THAT(fetch(FromPrompt{}, limits), Catch::StartsWith("unsupported: "));
}

TEST_CASE("credentials: descriptions hold no secret", "[credentials]") {
    CHECK(describe(spec(FromEnvironment{"PW"})) == "environment variable PW");
    CHECK(describe(spec(FromSystemd{"fleet-pw"})) == "systemd credential fleet-pw");
    CHECK(describe(spec(FromCommand{{"az", "t0ken"}})) == "command az");
    CHECK(describe(spec(FromPrompt{})) == "prompt");
    CHECK(describe(spec({})) == "nothing");
}
