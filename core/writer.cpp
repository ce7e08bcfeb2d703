// Keeps what is to be written in a queue that one thread empties by ordinary, blocking calls. Where
// such a call never returns, its thread is left behind with all that it touches: nothing else ends
// an open() of a FIFO, or a write() to a stopped terminal, without taking part in what others do
// with the same file (O_NONBLOCK belongs to the file, not to us).
#include "core/writer.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <mutex>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace rdpsweep {

namespace {

using Steady = std::chrono::steady_clock;

// What is written in one call, so that progress shows: a slow reader is not one that is gone.
constexpr std::size_t piece_bytes = 16u << 10;

Error write_error(const std::string& name, const std::string& why, int code) {
    return Error(Phase::config, Errc::local_limit, "cannot write " + name + ": " + why)
        .with_native("errno " + std::to_string(code));
}

} // namespace

struct Writer::State {
    explicit State(OutputPlace where)
        : place(std::move(where)), descriptor(place.descriptor), moved(Steady::now()) {}

    void run();
    bool take(std::string& next);
    bool put(std::string_view bytes);
    void give_up(int code);
    void give_up_if_stalled(Steady::time_point since, Duration patience);

    const OutputPlace place;
    mutable std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::string> queue;
    std::size_t waiting = 0;  // bytes of the queue, and of what is being written
    int descriptor;           // the thread's; negative: not open yet
    int code = 0;             // errno of what failed
    bool stalled = false;     // it did not fail: it took nothing
    bool closing = false;     // nothing is handed over any more
    bool in_call = false;     // the thread may be in a call that does not return
    Steady::time_point moved; // when it last took something, or began to wait
};

// Call with the mutex held.
void Writer::State::give_up(int why) {
    code = why;
    queue.clear();
    waiting = 0;
    changed.notify_all();
}

// Call with the mutex held. The code is what a call that does not wait would have said.
void Writer::State::give_up_if_stalled(Steady::time_point since, Duration patience) {
    if (waiting == 0 || Steady::now() - std::max(moved, since) < patience) return;
    stalled = true;
    give_up(descriptor < 0 ? ENXIO : EAGAIN);
}

// Waits for the next bytes. False at the end.
bool Writer::State::take(std::string& next) {
    std::unique_lock lock(mutex);
    in_call = false;
    changed.wait(lock, [this] { return !queue.empty() || closing || code != 0; });
    if (code != 0 || queue.empty()) return false;
    next = std::move(queue.front());
    queue.pop_front();
    in_call = true;
    return true;
}

// Writes bytes, and tells after each piece that there is progress. False after a failure.
bool Writer::State::put(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto wrote = ::write(descriptor, bytes.data(), std::min(bytes.size(), piece_bytes));
        const int failed = wrote < 0 ? errno : 0;
        if (failed == EINTR) continue;
        const std::lock_guard lock(mutex);
        if (code != 0) return false;
        if (failed != 0) give_up(failed);
        if (failed != 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(wrote));
        waiting -= static_cast<std::size_t>(wrote);
        moved = Steady::now();
        in_call = !bytes.empty();
        changed.notify_all();
    }
    return true;
}

void Writer::State::run() {
    sigset_t broken_pipe; // of a reader that left; write() says so
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    if (descriptor < 0) {
        errno = EBADF;
        const int opened =
            place.path.empty() ? -1 : ::open(place.path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC);
        const int failed = errno;
        const std::lock_guard lock(mutex);
        descriptor = opened;
        moved = Steady::now();
        if (opened < 0 && code == 0) give_up(failed);
    }
    std::string next;
    while (take(next) && put(next)) {
    }
    if (descriptor >= 0) ::close(descriptor);
    const std::lock_guard lock(mutex);
    in_call = false;
}

Writer::Writer(OutputPlace place) : state_(std::make_shared<State>(std::move(place))) {
    state_->in_call = state_->descriptor < 0;
    thread_ = std::thread([state = state_] { state->run(); });
}

Writer::~Writer() {
    bool stuck = false;
    {
        const std::lock_guard lock(state_->mutex);
        state_->closing = true;
        if (state_->code == 0 && state_->waiting > 0) state_->give_up(ECANCELED);
        state_->changed.notify_all();
        stuck = state_->in_call;
    }
    if (stuck)
        thread_.detach();
    else
        thread_.join();
}

void Writer::write(std::string bytes) {
    const std::lock_guard lock(state_->mutex);
    if (state_->code != 0 || bytes.empty()) return;
    if (state_->waiting == 0) state_->moved = Steady::now();
    state_->waiting += bytes.size();
    state_->queue.push_back(std::move(bytes));
    state_->changed.notify_all();
}

std::size_t Writer::waiting() const {
    const std::lock_guard lock(state_->mutex);
    return state_->waiting;
}

bool Writer::behind(Duration patience) {
    const std::lock_guard lock(state_->mutex);
    if (state_->waiting <= limits::output_queue) return false;
    state_->give_up_if_stalled(state_->moved, patience);
    return state_->waiting > limits::output_queue;
}

// What happened before nobody waited does not count: who begins to wait gives the reader a chance.
void Writer::wait(std::size_t most, Duration patience) {
    constexpr Duration longest = std::chrono::hours(1); // of one wait: now() + max() is in the past
    std::unique_lock lock(state_->mutex);
    const auto began = Steady::now();
    while (state_->waiting > most) {
        state_->give_up_if_stalled(began, patience);
        if (state_->waiting <= most) return;
        const auto idle = Steady::now() - std::max(state_->moved, began);
        state_->changed.wait_for(lock, std::clamp(patience - idle, Duration::zero(), longest));
    }
}

void Writer::wait_for_room(Duration patience) {
    wait(limits::output_queue, patience);
}

void Writer::flush(Duration patience) {
    wait(0, patience);
}

std::optional<Error> Writer::failure() const {
    const std::lock_guard lock(state_->mutex);
    const auto& name = state_->place.name;
    if (state_->code == 0) return {};
    if (!state_->stalled) return write_error(name, std::strerror(state_->code), state_->code);
    const bool never = state_->code == ENXIO; // it may have been opened since
    return write_error(name, never ? "nobody reads it" : "its reader takes nothing", state_->code);
}

Result<OutputPlace> open_output(std::string name, const std::string& path, int flags, mode_t mode) {
    const int always = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    const int descriptor = ::open(path.c_str(), always | flags, mode);
    const int code = errno;
    if (descriptor >= 0) {
        // The description is our own: nobody else sees the flag come or go.
        const int set = ::fcntl(descriptor, F_GETFL);
        if (set >= 0) ::fcntl(descriptor, F_SETFL, set & ~O_NONBLOCK);
        return OutputPlace{std::move(name), descriptor};
    }

    struct stat about {};

    const bool fifo = ::stat(path.c_str(), &about) == 0 && S_ISFIFO(about.st_mode);
    if (code == ENXIO && fifo) return OutputPlace{std::move(name), -1, path};
    return write_error(name, std::strerror(code), code);
}

OutputPlace standard_output(std::string name, int number) {
    constexpr int first_of_ours = 3;
    return {std::move(name), ::fcntl(number, F_DUPFD_CLOEXEC, first_of_ours)};
}

} // namespace rdpsweep
