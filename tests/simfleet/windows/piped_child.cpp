// posix_spawn with two pipes, for the engine that answers jobs and for the one that is typed at.
#include "tests/simfleet/windows/piped_child.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace simfleet {

using rdpsweep::Errc;
using rdpsweep::Error;
using rdpsweep::Phase;
using rdpsweep::Result;

namespace {

Error cannot(const std::string& what, int number) {
    return Error{Phase::config, Errc::local_limit, what + ": " + std::strerror(number)};
}

// Both ends of both pipes; those that are still here are closed.
struct Pipes {
    int down[2] = {-1, -1};
    int up[2] = {-1, -1};

    Pipes() = default;
    Pipes(const Pipes&) = delete;
    Pipes& operator=(const Pipes&) = delete;

    ~Pipes() {
        for (const int end : {down[0], down[1], up[0], up[1]}) {
            if (end >= 0) close(end);
        }
    }

    bool open() { return pipe2(down, O_CLOEXEC) == 0 && pipe2(up, O_CLOEXEC) == 0; }
};

int take(int& descriptor) {
    const int taken = descriptor;
    descriptor = -1;
    return taken;
}

} // namespace

Result<PipedChild> start_piped(const std::vector<std::string>& program) {
    Pipes pipes;
    if (!pipes.open()) return cannot("pipe", errno);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipes.down[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipes.up[1], STDOUT_FILENO);
    std::vector<char*> words;
    for (const auto& word : program)
        words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    PipedChild child;
    const int failed =
        posix_spawnp(&child.process, words[0], &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return cannot(program.front(), failed);
    child.input = take(pipes.down[1]);
    child.output = take(pipes.up[0]);
    return child;
}

void end_child(pid_t process) noexcept {
    kill(process, SIGKILL);
    waitpid(process, nullptr, 0);
}

} // namespace simfleet
