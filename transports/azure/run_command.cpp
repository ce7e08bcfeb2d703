// Checks that a VM can take a command, sends it, and waits for the operation's output.
#include "transports/azure/run_command.hpp"

#include "core/encoding.hpp"
#include "core/foreign_text.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "transports/azure/arm_error.hpp"
#include "transports/azure/fields.hpp"
#include "transports/azure/operation.hpp"
#include "transports/azure/rows.hpp"

#include <algorithm>

#include "embedded/run_command_prologue.hpp"

namespace rdpsweep::azure {

namespace {

using nlohmann::json;

constexpr auto version = "?api-version=2024-07-01";

// Returns why Azure did not take the command. A VM has room for one: to ask again within a visit
// would be in vain.
Error not_taken(const RestAnswer& answer) {
    const auto failure = read_failure(answer.body);
    const bool busy =
        answer.status == 409 && (iequals(failure.code, "Conflict") ||
                                 failure.message.find("in progress") != std::string::npos);
    if (!busy) return arm_error(answer).in_phase(Phase::open);
    return Error(Phase::open, Errc::taken, "another Run Command is running on the VM")
        .with_native("HTTP 409 " + foreign_text(failure.code, 80))
        .with_hint(
            "not asked again in this run: one that hangs blocks the VM for up to 90 minutes; "
            "try another transport, or scan --rerun last later"
        );
}

// Checks, before a script is sent, that the VM and its agent can run it.
Status check_state(const Vm& vm) {
    if (!vm.power.empty() && vm.power != "running") {
        return Error(
                   Phase::open,
                   Errc::unreachable,
                   "Azure says that the VM is " + foreign_text(vm.power, 40)
        )
            .with_hint("az vm start");
    }
    if (vm.agent.empty() || iequals(vm.agent, "Ready")) return {};
    return Error(Phase::open, Errc::unreachable, "the VM's agent is " + foreign_text(vm.agent, 40))
        .with_hint("Run Command needs the Azure VM agent; try another transport");
}

class RunCommandSession final : public Session {
public:
    RunCommandSession(Arm& arm, std::string vm, Attempt& attempt)
        : arm_(arm), vm_(std::move(vm)), attempt_(attempt) {}

    [[nodiscard]] bool narrow() const noexcept override { return true; }

    [[nodiscard]] std::size_t tail() const noexcept override { return run_command_tail; }

    Task<Result<CommandOutput>>
    run(const Script& script, const ScriptInput& input, HostDeadline& deadline) override {
        attempt_.enter(Phase::run);
        auto body = run_command_body(script, input);
        attempt_.bytes_sent += body.size();
        auto path = vm_ + "/runCommand" + version;
        auto begun = co_await arm_.post(std::move(path), std::move(body), deadline);
        ++attempt_.round_trips;
        if (!begun) co_return std::move(begun).error();
        if (begun->status < 200 || begun->status > 202) co_return not_taken(*begun);
        auto result = co_await finish_operation(arm_, *begun, deadline);
        if (!result) co_return std::move(result).error();
        auto output = read_run_command(*result);
        if (output) attempt_.bytes_received += output->out.size() + output->err.size();
        co_return output;
    }

    Task<Status> prove(HostDeadline&) override { co_return Status(); }

    Task<void> close() noexcept override { co_return; } // nothing of ours is open

private:
    Arm& arm_;
    std::string vm_;
    Attempt& attempt_;
};

class RunCommandTransport final : public Transport {
public:
    explicit RunCommandTransport(Arm* arm) : arm_(arm) {}

    [[nodiscard]] std::string_view name() const noexcept override { return run_command_name; }

    [[nodiscard]] Login login() const noexcept override { return Login::never; }

    Task<Result<std::unique_ptr<Session>>> open(
        const Target& target, const Credential&, HostDeadline& deadline, Attempt& attempt
    ) override {
        if (arm_ == nullptr || target.vm.empty()) {
            co_return Error(Phase::config, Errc::unsupported, "the target has no ARM id")
                .with_hint("give it vm: /subscriptions/...");
        }
        attempt.enter(Phase::open);
        attempt.identity = arm_->describe();
        auto path = target.vm + "/instanceView" + version;
        auto view = co_await arm_->get_json(std::move(path), deadline);
        ++attempt.round_trips;
        if (!view) co_return std::move(view).error().in_phase(Phase::open);
        auto ready = check_state(state_of_view(*view));
        if (!ready) co_return std::move(ready).error();
        co_return std::unique_ptr<Session>(
            std::make_unique<RunCommandSession>(*arm_, target.vm, attempt)
        );
    }

private:
    Arm* arm_;
};

} // namespace

std::string run_command_body(const Script& script, const ScriptInput& input) {
    auto lines = json::array();
    for (const auto text : {embedded::run_command_prologue, script.text()}) {
        for (auto& line : split(text, '\n'))
            lines.push_back(std::move(line));
    }
    const json body{
        {"commandId", "RunPowerShellScript"},
        {"script", std::move(lines)},
        // Base64, so that no quote of the JSON meets a command line.
        {"parameters",
         json::array(
             {{{"name", "nonce"}, {"value", input.nonce()}},
              {{"name", "arguments"}, {"value", base64_encode(input.arguments())}}}
         )},
    };
    return dump_json(body);
}

Result<CommandOutput> read_run_command(const json& result) {
    constexpr std::string_view out = "ComponentStatus/StdOut/";
    constexpr std::string_view err = "ComponentStatus/StdErr/";
    CommandOutput output;
    bool found = false;
    const auto& list = field(result, "value");
    for (const auto& element : list.is_array() ? list : json::array()) {
        const auto code = text(element, "code");
        // The word behind it says that it was delivered, nothing of an exit code.
        if (code.starts_with(out)) {
            output.out = text(element, "message");
            found = true;
        }
        if (code.starts_with(err)) output.err = text(element, "message");
    }
    output.truncated = output.out.size() >= run_command_tail;
    if (found) return output;
    return Error(Phase::decode, Errc::malformed_output, "Azure's result holds no StdOut");
}

Result<std::unique_ptr<Transport>> make_run_command(Services& services) {
    return std::unique_ptr<Transport>(std::make_unique<RunCommandTransport>(services.azure));
}

} // namespace rdpsweep::azure
