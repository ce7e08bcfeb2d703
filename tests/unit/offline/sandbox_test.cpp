// What is left to a process in the sandbox, and what ends it. Each try is a process of its own.
#include "core/digest.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <functional>
#include <map>
#include <new>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "offline/sandbox.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

constexpr int as_expected = 0;
constexpr int otherwise = 1;
constexpr int no_sandbox = 2;

// Returns "exit N" or "signal N" of a process that tries something in the sandbox.
std::string outcome(const std::function<bool()>& attempt, const SandboxRules& rules = {}) {
    const auto child = fork();
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL); // the test framework has a handler of its own
        if (!enter_sandbox(rules)) _exit(no_sandbox);
        _exit(attempt() ? as_expected : otherwise);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                               : "exit " + std::to_string(WEXITSTATUS(status));
}

const std::string killed = "signal " + std::to_string(SIGSYS);

} // namespace

TEST_CASE("sandbox: any call that reaches out ends the process by SIGSYS", "[disk]") {
    const std::map<std::string, std::function<bool()>> attempts{
        {"open", [] { return open("/dev/null", O_RDONLY) >= 0; }},
        {"stat", [] { return access("/", R_OK) == 0; }},
        {"socket", [] { return socket(AF_INET, SOCK_DGRAM, 0) >= 0; }},
        {"fork", [] { return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) > 0; }},
        {"exec", [] { return execl("/bin/true", "true", nullptr) == 0; }},
        {"kill", [] { return kill(getppid(), 0) == 0; }},
        {"signal another", [] { return syscall(SYS_tgkill, 1, 1, 0) == 0; }},
        {"ptrace", [] { return ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0; }},
        {"prctl", [] { return syscall(SYS_prctl, 3, 0, 0, 0, 0) == 0; }},
        {"dup", [] { return dup(0) >= 0; }},
        {"read another", [] { return read(3, nullptr, 0) == 0; }},
        {"write another", [] { return write(3, "", 0) == 0; }},
        {"write stdin", [] { return write(0, "", 0) == 0; }},
        {"map a file", [] { return mmap(nullptr, 1, PROT_READ, MAP_PRIVATE, 0, 0) != MAP_FAILED; }},
        {"map code",
         [] {
             return mmap(nullptr, 1, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
         }},
        {"ioctl", [] { return syscall(SYS_ioctl, 0, 0x5401, nullptr) == 0; }},
    };
    for (const auto& [name, attempt] : attempts) {
        CAPTURE(name);
        CHECK(outcome(attempt) == killed);
    }
    CHECK(attempts.size() == 16);
}

TEST_CASE("sandbox: a reader has memory, time, digests and exceptions", "[disk]") {
    CHECK(outcome([] {
              std::vector<std::string> many;
              for (std::size_t size = 16; size < (8u << 20); size *= 2)
                  many.emplace_back(size, 'x');
              many.clear();
              return many.empty();
          }) == "exit 0");
    CHECK(outcome([] {
              const std::time_t when = 1'700'000'000;
              tm parts{};
              return gmtime_r(&when, &parts) != nullptr && localtime_r(&when, &parts) != nullptr &&
                     parts.tm_year == 123 && std::time(nullptr) > when;
          }) == "exit 0");
    CHECK(outcome([] {
              return sha256_hex("abc").starts_with("ba7816bf") && crc32("123456789") == 0xcbf43926;
          }) == "exit 0");
    CHECK(outcome([] {
              try {
                  throw std::runtime_error("as a library does");
              } catch (const std::exception&) {
                  return true;
              }
          }) == "exit 0");
}

TEST_CASE("sandbox: nothing is left of environment, descriptors and core dumps", "[disk]") {
    setenv("RDPSWEEP_TEST_CANARY", "secret", 1);
    const int file = open("/dev/null", O_RDONLY);
    REQUIRE(file > 2);
    CHECK(outcome([] { return getenv("RDPSWEEP_TEST_CANARY") == nullptr; }) == "exit 0");
    unsetenv("RDPSWEEP_TEST_CANARY");
    close(file);
}

TEST_CASE("sandbox: a failed check of the C library is seen as such", "[disk]") {
    CHECK(outcome([]() -> bool { std::abort(); }) == "signal " + std::to_string(SIGABRT));
}

TEST_CASE("sandbox: too much memory fails, too much time is ended", "[disk]") {
    if (!sanitized) {
        CHECK(outcome([] {
                  try {
                      const std::string much(std::size_t{400} << 20U, 'x');
                      return much.empty();
                  } catch (const std::bad_alloc&) {
                      return true;
                  }
              }) == "exit 0");
    }
    SandboxRules rules;
    rules.cpu = std::chrono::seconds(1);
    CHECK(
        outcome(
            [] {
                for (volatile unsigned count = 0;;)
                    count = count + 1;
                return false;
            },
            rules
        ) == "signal " + std::to_string(SIGXCPU)
    );
}
