// Starts the engine's child for a channel, and passes lines and output through two pipes.
#include "tests/simfleet/serial/typed_engine.hpp"

#include "tests/simfleet/windows/dump.hpp"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace simfleet {

TypedEngine::TypedEngine(
    const std::vector<std::string>& program, const Vm& vm, std::string_view arguments
) {
    int down[2];
    int up[2];
    over_ = pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0;
    if (over_) return;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, down[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, up[1], STDOUT_FILENO);
    std::vector<char*> words;
    for (const auto& word : program)
        words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    over_ = posix_spawnp(&child_, words[0], &actions, nullptr, words.data(), environ) != 0;
    if (over_) child_ = 0;
    posix_spawn_file_actions_destroy(&actions);
    close(down[0]);
    close(up[1]);
    to_child_ = down[1];
    from_child_ = up[0];
    fcntl(from_child_, F_SETFL, O_NONBLOCK);
    line(machine_line(vm, std::time(nullptr)), {});
    line(arguments, {});
}

TypedEngine::~TypedEngine() {
    if (to_child_ >= 0) close(to_child_);
    if (from_child_ >= 0) close(from_child_);
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
}

bool TypedEngine::reads(ConsoleTime) {
    return !over_;
}

void TypedEngine::line(std::string_view text, ConsoleTime) {
    auto bytes = std::string(text) + "\n";
    std::string_view left = bytes;
    while (!over_ && !left.empty()) {
        const auto count = write(to_child_, left.data(), left.size());
        if (count < 0 && errno == EINTR) continue;
        over_ = count <= 0;
        if (!over_) left.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string TypedEngine::take_output(ConsoleTime) {
    std::string out;
    char piece[4096];
    for (;;) {
        const auto count = read(from_child_, piece, sizeof piece);
        if (count < 0 && errno == EINTR) continue;
        if (count == 0) over_ = true;
        if (count <= 0) break;
        for (const char c : std::string_view(piece, static_cast<std::size_t>(count))) {
            if (c == '\n') out += '\r';
            out += c;
        }
    }
    return out;
}

bool TypedEngine::ended(ConsoleTime) {
    return over_;
}

} // namespace simfleet
