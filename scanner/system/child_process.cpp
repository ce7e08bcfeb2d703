// Starts the child, reads what it prints within the time, and ends it when that is over.
#include "scanner/system/child_process.hpp"

#include "core/descriptor.hpp"
#include "core/growing_buffer.hpp"
#include "core/secret.hpp"
#include "core/spawn_attributes.hpp"
#include "scanner/system/child_environment.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

using Clock = std::chrono::steady_clock;

int milliseconds_until(Clock::time_point deadline) {
    const auto left = deadline - Clock::now();
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return ms > 0 ? static_cast<int>(ms) : 0;
}

// Returns the list that exec takes; it ends with a null pointer, and texts must outlive it.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (const auto& text : texts)
        pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

// A process in a group of its own, so that what it started can be ended with it.
class Child {
public:
    // 0, or the errno of the failure.
    int start(const std::vector<std::string>& argv, const std::vector<std::string>& more) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) return errno;
        output_ = Descriptor(ends[0]);
        const Descriptor input(ends[1]);
        const auto arguments = pointers_to(argv);
        // Of two with one name the first counts.
        auto variables = child_environment();
        variables.insert(variables.begin(), more.begin(), more.end());
        const auto environment = pointers_to(variables);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        const SpawnAttributes attributes;
        const int code = posix_spawnp(
            &pid_,
            argv.front().c_str(),
            &actions,
            attributes.get(),
            arguments.data(),
            environment.data()
        );
        posix_spawn_file_actions_destroy(&actions);
        if (code != 0) pid_ = -1;
        return code;
    }

    Child() = default;
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    ~Child() {
        if (pid_ <= 0) return;
        kill(-pid_, SIGKILL);
        while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }

    [[nodiscard]] int output() const noexcept { return output_.get(); }

    // The status of waitpid, or nothing when it still runs at the deadline.
    std::optional<int> wait_until(Clock::time_point deadline) {
        for (;;) {
            int status = 0;
            const auto done = waitpid(pid_, &status, WNOHANG);
            if (done == pid_) {
                pid_ = -1;
                return status;
            }
            if (Clock::now() >= deadline) return {};
            poll(nullptr, 0, 5);
        }
    }

private:
    pid_t pid_ = -1;
    Descriptor output_;
};

Error too_slow(const std::string& what, const ProgramLimits& limits) {
    return Error(
        Phase::config,
        Errc::timed_out,
        what + " did not end within " + std::to_string(limits.time.count()) + " ms"
    );
}

// What bounds a child, and how errors name it.
struct Watched {
    const ProgramLimits& limits;
    Clock::time_point deadline;
    const std::string& what;
};

// Reads all that the child prints.
Result<std::string> read_all(int output, const Watched& child) {
    const auto& [limits, deadline, what] = child;
    GrowingBuffer text(limits.bytes);
    for (;;) {
        pollfd ready{output, POLLIN, 0};
        const int events = poll(&ready, 1, milliseconds_until(deadline));
        if (events < 0 && errno == EINTR) continue;
        if (events == 0) return too_slow(what, limits);
        if (events < 0) break;
        const auto room = text.room();
        const auto got = read(output, room.data(), room.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        text.filled(static_cast<std::size_t>(got));
        if (text.over()) return Error(Phase::config, Errc::output_limit, what + " prints too much");
    }
    return text.take();
}

} // namespace

Result<std::string> run_program(
    const std::vector<std::string>& argv,
    const ProgramLimits& limits,
    const std::string& what,
    const std::vector<std::string>& more
) {
    const auto deadline = Clock::now() + limits.time;
    Child child;
    if (const int code = child.start(argv, more); code != 0) {
        return Error(
                   Phase::config,
                   code == ENOENT ? Errc::name_not_found : Errc::local_limit,
                   "cannot start " + what + ": " + std::strerror(code)
        )
            .with_native("errno " + std::to_string(code));
    }
    auto text = read_all(child.output(), {limits, deadline, what});
    if (!text) return text;
    const auto ended = child.wait_until(deadline);
    const bool good = ended && WIFEXITED(*ended) && WEXITSTATUS(*ended) == 0;
    if (good) return text;
    cleanse(*text);
    if (!ended) return too_slow(what, limits);
    return Error(Phase::config, Errc::nonzero_exit, what + " failed")
        .with_native(
            WIFEXITED(*ended) ? "exit status " + std::to_string(WEXITSTATUS(*ended))
                              : "signal " + std::to_string(WTERMSIG(*ended))
        )
        .with_hint("run it by hand: its own messages say why");
}

} // namespace rdpsweep
