// The process that reads a disk: started with nothing of ours but one end of a socket, and ended
// whenever its time is over.
#pragma once

#include "core/host_deadline.hpp"
#include "core/result.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace rdpsweep::disk {

// How a process ended.
struct Ending {
    int signal = 0; // 0: none
    int status = 0;
};

class HelperProcess {
public:
    // Starts argv, the first of which is the program's path. It has the socket as descriptors 0 and
    // 1, /dev/null as 2 and no other, an empty environment and a group of its own, so that Ctrl-C
    // is not its. Error{open, ...}: not_found, access_denied, else local_limit.
    static Result<std::unique_ptr<HelperProcess>>
    start(const asio::any_io_executor& executor, const std::vector<std::string>& argv);

    HelperProcess(const HelperProcess&) = delete;
    HelperProcess& operator=(const HelperProcess&) = delete;

    // Ends the process, if it runs.
    ~HelperProcess();

    // Returns how many bytes it said; 0: it says no more. Error{run, timed_out or cancelled}: the
    // deadline passed, and the process is ended.
    Task<Result<std::size_t>> receive(std::span<char> into, HostDeadline& deadline);

    // Sends all bytes. Error{run, peer_closed}: it does not listen; else those of receive().
    Task<Status> send(std::string_view bytes, HostDeadline& deadline);

    // Returns how it ended, once it says no more; one that goes on nevertheless is ended.
    Task<Ending> ended(HostDeadline& deadline);

    void kill() noexcept;

private:
    HelperProcess(const asio::any_io_executor& executor, int socket);
    Task<bool> wait(asio::posix::descriptor_base::wait_type event, HostDeadline& deadline);
    bool reap(int options);

    asio::posix::stream_descriptor socket_;
    pid_t process_ = -1; // -1: it was waited for
    Ending ending_;
};

} // namespace rdpsweep::disk
