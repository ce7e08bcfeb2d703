// Keeps the names in a table that a signal handler may read.
#include "scanner/store/leftovers.hpp"

#include <climits>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <unistd.h>

namespace rdpsweep {

namespace {

enum class Place : int { free, being_written, taken };

struct Leftover {
    std::atomic<Place> state = Place::free;
    int folder = -1;
    char name[NAME_MAX + 1] = {};
};

static_assert(std::atomic<Place>::is_always_lock_free);

constexpr std::size_t most = 64; // reports of a run, and then some
std::array<Leftover, most> table;
std::atomic<pid_t> owner = 0; // a child between fork and exec has our handlers

void remove_and_end(int number) {
    const int code = errno;
    if (owner == getpid()) {
        for (auto& leftover : table) {
            if (leftover.state == Place::taken) (void)unlinkat(leftover.folder, leftover.name, 0);
        }
    }
    errno = code;
    (void)raise(number); // SA_RESETHAND: it ends the program when we return
}

void handle_signals() {
    owner = getpid();
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        struct sigaction now {};

        if (sigaction(number, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) continue;
        now.sa_handler = remove_and_end;
        now.sa_flags = SA_RESETHAND;
        sigemptyset(&now.sa_mask);
        (void)sigaction(number, &now, nullptr);
    }
}

} // namespace

int remember_leftover(int folder, const std::string& name) noexcept {
    if (name.size() > NAME_MAX) return -1;
    handle_signals();
    for (std::size_t i = 0; i < most; ++i) {
        auto free = Place::free;
        if (!table[i].state.compare_exchange_strong(free, Place::being_written)) continue;
        table[i].folder = folder;
        std::memcpy(table[i].name, name.c_str(), name.size() + 1);
        table[i].state = Place::taken;
        return static_cast<int>(i);
    }
    return -1;
}

void forget_leftover(int place) noexcept {
    if (place >= 0) table[static_cast<std::size_t>(place)].state = Place::free;
}

} // namespace rdpsweep
