// A real PowerShell engine behind some of the simulated VMs: a child process that runs scripts on
// the state of the VM (tests/powershell, "serve").
#pragma once

#include "core/asio.hpp"
#include "core/result.hpp"
#include "tests/simfleet/windows/interpreter.hpp"
#include "tests/simfleet/windows/piped_child.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace simfleet {

// Runs one script after the other. Lives on the io thread.
class Engine : public std::enable_shared_from_this<Engine> {
public:
    using Answer = std::function<void(Execution)>;

    // Starts the child. program and arguments, as for execvp; its output is read as answers.
    static rdpsweep::Result<std::shared_ptr<Engine>>
    start(rdpsweep::asio::io_context& io, const std::vector<std::string>& program);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // answer is called later, on the io thread, with what the script printed; within a minute, or
    // with an error on stderr and exit code 1.
    void run(const Job& job, Answer answer);

private:
    struct Order {
        std::string request; // one line
        Answer answer;
    };

    Engine(rdpsweep::asio::io_context& io, const PipedChild& child);
    rdpsweep::Task<void> work();
    rdpsweep::Task<std::string> exchange(const std::string& request);

    rdpsweep::asio::io_context& io_;
    rdpsweep::asio::posix::stream_descriptor to_child_;
    rdpsweep::asio::posix::stream_descriptor from_child_;
    rdpsweep::asio::steady_timer patience_;
    pid_t child_;
    std::string unread_; // bytes that came after the last answer
    std::deque<Order> orders_;
    bool working_ = false;
};

} // namespace simfleet
