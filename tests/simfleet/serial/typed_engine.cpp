// Passes what is typed to the engine's child, and what it prints to the screen.
#include "tests/simfleet/serial/typed_engine.hpp"

#include "tests/simfleet/windows/dump.hpp"
#include "tests/simfleet/windows/piped_child.hpp"

#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

namespace simfleet {

TypedEngine::TypedEngine(
    const std::vector<std::string>& program, const Vm& vm, std::string_view arguments
) {
    const auto child = start_piped(program);
    over_ = !child;
    if (over_) return;
    to_child_ = child->input;
    from_child_ = child->output;
    child_ = child->process;
    fcntl(from_child_, F_SETFL, O_NONBLOCK);
    line(machine_line(vm, std::time(nullptr)), {});
    line(arguments, {});
}

TypedEngine::~TypedEngine() {
    if (to_child_ >= 0) close(to_child_);
    if (from_child_ >= 0) close(from_child_);
    if (child_ > 0) end_child(child_);
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
