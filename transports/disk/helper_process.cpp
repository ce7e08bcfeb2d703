// posix_spawn with a socket; all waits are those of the lane.
#include "transports/disk/helper_process.hpp"

#include "core/descriptor.hpp"
#include "core/disk_hints.hpp"
#include "core/spawn_attributes.hpp"
#include "transports/disk/waiting.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rdpsweep::disk {

namespace {

using namespace std::chrono_literals;

// A process whose socket is closed is about to end; it does not get longer than that.
constexpr auto between_looks = 1ms;
constexpr int most_looks = 1000;

Error not_started(int code) {
    const auto what = code == ENOENT   ? Errc::not_found
                      : code == EACCES ? Errc::access_denied
                                       : Errc::local_limit;
    return Error(
               Phase::open,
               what,
               std::string("rdpsweep-disk cannot be started: ") + std::strerror(code)
    )
        .with_native("errno " + std::to_string(code))
        .with_hint(std::string(disk_hints::doctor));
}

// Returns 0 and the process, or an errno.
int spawn_process(const std::vector<std::string>& argv, int socket, pid_t& process) {
    std::vector<char*> words;
    for (const auto& word : argv)
        words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    char* nothing[] = {nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    const SpawnAttributes attributes;
    const int code =
        posix_spawn(&process, words.front(), &actions, attributes.get(), words.data(), nothing);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

} // namespace

HelperProcess::HelperProcess(const asio::any_io_executor& executor, int socket)
    : socket_(executor, socket) {}

Result<std::unique_ptr<HelperProcess>>
HelperProcess::start(const asio::any_io_executor& executor, const std::vector<std::string>& argv) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return not_started(errno);
    const Descriptor theirs(ends[1]);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    std::unique_ptr<HelperProcess> helper(new HelperProcess(executor, ends[0]));
    pid_t process = -1;
    if (const int code = spawn_process(argv, ends[1], process); code != 0) return not_started(code);
    helper->process_ = process;
    return helper;
}

HelperProcess::~HelperProcess() {
    kill();
    reap(0);
}

void HelperProcess::kill() noexcept {
    if (process_ > 0) ::kill(-process_, SIGKILL);
}

// Waits for the process as waitpid(2) does with those options. True: it is over.
bool HelperProcess::reap(int options) {
    if (process_ <= 0) return true;
    int status = 0;
    pid_t done = -1;
    do {
        done = waitpid(process_, &status, options);
    } while (done < 0 && errno == EINTR);
    if (done == 0) return false;
    process_ = -1;
    if (done > 0 && WIFSIGNALED(status)) ending_.signal = WTERMSIG(status);
    if (done > 0 && WIFEXITED(status)) ending_.status = WEXITSTATUS(status);
    return true;
}

// Waits for the socket. False: the time is over, and the process was ended.
Task<bool>
HelperProcess::wait(asio::posix::descriptor_base::wait_type event, HostDeadline& deadline) {
    if (!deadline.expired()) {
        const auto guard = deadline.on_abort([this] {
            kill();
            socket_.cancel();
        });
        boost::system::error_code failed;
        co_await socket_.async_wait(event, asio::redirect_error(asio::use_awaitable, failed));
        if (!failed && !deadline.expired()) co_return true;
    }
    kill();
    co_return false;
}

Task<Result<std::size_t>> HelperProcess::receive(std::span<char> into, HostDeadline& deadline) {
    for (;;) {
        const auto got = recv(socket_.native_handle(), into.data(), into.size(), 0);
        if (got >= 0) co_return static_cast<std::size_t>(got);
        if (errno == EINTR) continue;
        if (errno != EAGAIN) co_return std::size_t{0}; // ECONNRESET: it left bytes of ours unread
        const bool ready = co_await wait(asio::posix::descriptor_base::wait_read, deadline);
        if (!ready) co_return time_is_over(deadline);
    }
}

Task<Status> HelperProcess::send(std::string_view bytes, HostDeadline& deadline) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
            continue;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) {
            co_return Error(Phase::run, Errc::peer_closed, "the disk's reader does not listen");
        }
        const bool ready = co_await wait(asio::posix::descriptor_base::wait_write, deadline);
        if (!ready) co_return time_is_over(deadline);
    }
    co_return Status();
}

Task<Ending> HelperProcess::ended(HostDeadline& deadline) {
    for (int looks = 0; looks < most_looks; ++looks) {
        if (reap(WNOHANG)) co_return ending_;
        const bool time_left = co_await deadline.sleep(between_looks);
        if (!time_left) break;
    }
    kill();
    reap(0);
    co_return ending_;
}

} // namespace rdpsweep::disk
