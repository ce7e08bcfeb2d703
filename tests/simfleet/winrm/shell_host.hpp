// The cmd shells of all simulated VMs: Create, Command, Send, Receive, Signal, Delete and their
// quotas.
#pragma once

#include "core/asio.hpp"
#include "tests/simfleet/stats.hpp"
#include "tests/simfleet/vm.hpp"
#include "tests/simfleet/windows/engine.hpp"
#include "tests/simfleet/winrm/soap_request.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

namespace simfleet {

// Who asks, and from where.
inline constexpr std::size_t shells_per_user = 30; // MaxShellsPerUser

struct Caller {
    std::string user;
    std::string address;  // of the client
    std::string endpoint; // the URL the client used
    std::uint64_t connection = 0;
};

// Lives on the io thread.
class ShellHost {
public:
    // What goes inside s:Body, or the fault.
    using Reply = std::variant<std::string, SoapFault>;

    explicit ShellHost(Stats& stats);
    ~ShellHost();

    // How long a server that is slow on purpose holds a Receive before it says "timed out" (or
    // the client's OperationTimeout, if that is shorter).
    void set_slow_receive(std::chrono::milliseconds limit) noexcept { slow_receive_ = limit; }

    // Keeps every script from saying anything, or lets those that are ready speak.
    void hold(bool held);

    // The first count VMs run their scripts on a real engine.
    void use_engine(std::shared_ptr<Engine> engine, std::size_t count) {
        engine_ = std::move(engine);
        engine_vms_ = count;
    }

    // Runs a command line that no shell of WinRM has asked for; answer may be called at once. False
    // when the job wants its whole input first: then answer is not called.
    bool run(const Job& job, Engine::Answer answer);

    Reply create(const Vm& vm, const SoapRequest& request, const Caller& caller);
    Reply command(const Vm& vm, const SoapRequest& request, const Caller& caller);
    Reply send(const Vm& vm, const SoapRequest& request, const Caller& caller);
    Reply signal(const Vm& vm, const SoapRequest& request);
    Reply remove(const Vm& vm, const SoapRequest& request, const Caller& caller);
    // Waits for output as long as the request's OperationTimeout.
    rdpsweep::Task<Reply> receive(const Vm& vm, SoapRequest request, Caller caller);

private:
    struct Command;
    struct Shell;
    struct Machine;

    void reap_idle(Machine& machine);
    std::shared_ptr<Shell> find_shell(const Vm& vm, std::string_view id);
    void
    run(const Vm& vm,
        const Shell& shell,
        const std::shared_ptr<Command>& command,
        const std::string& user);
    static void finish(const Vm& vm, Command& command, const Execution& execution);
    rdpsweep::Task<bool>
    wait_for_output(std::shared_ptr<Command> command, std::chrono::milliseconds timeout);
    std::string answer(Command& command, const SoapRequest& request, const Caller& caller);

    Stats& stats_;
    std::shared_ptr<Engine> engine_;
    std::size_t engine_vms_ = 0;
    std::chrono::milliseconds slow_receive_{1000};
    std::unordered_map<std::size_t, Machine> machines_;
};

} // namespace simfleet
