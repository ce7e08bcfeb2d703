// Keeps shells and starts commands in them.
#include "tests/simfleet/winrm/shell_host.hpp"

#include "core/digest.hpp"
#include "core/text.hpp"
#include "tests/simfleet/winrm/shells.hpp"
#include "tests/simfleet/winrm/soap_reply.hpp"

#include <algorithm>

namespace simfleet {

namespace asio = rdpsweep::asio;
using rdpsweep::Clock;

namespace {

constexpr std::size_t longest_command = 32767;   // CreateProcess
constexpr std::chrono::seconds usual_idle{7200}; // IdleTimeout
constexpr std::chrono::seconds shortest_idle{60};

std::string tag(std::string_view name, std::string_view text) {
    std::string out = "<rsp:";
    out.append(name).append(">").append(xml_escape(text));
    return out.append("</rsp:").append(name).append(">");
}

// "PT60.000S"
std::string duration_text(std::chrono::milliseconds time) {
    const auto whole = std::to_string(time.count() / 1000);
    const auto rest = std::to_string(1000 + time.count() % 1000);
    return "PT" + whole + "." + rest.substr(1) + "S";
}

std::string reference_to(const std::string& shell_id, const Caller& caller) {
    std::string out = "<x:ResourceCreated><a:Address>" + xml_escape(caller.endpoint) +
                      "</a:Address><a:ReferenceParameters><w:ResourceURI>";
    out += uri_cmd;
    return out + "</w:ResourceURI><w:SelectorSet><w:Selector Name=\"ShellId\">" + shell_id +
           "</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>";
}

// Windows repeats the environment to its creator.
std::string environment_text(const Environment& environment) {
    if (environment.empty()) return {};
    std::string out = "<rsp:Environment>";
    for (const auto& [name, value] : environment) {
        out += "<rsp:Variable Name=\"" + xml_escape(name) + "\">" + xml_escape(value) +
               "</rsp:Variable>";
    }
    return out + "</rsp:Environment>";
}

std::string shell_text(
    const std::string& id,
    std::chrono::milliseconds idle_limit,
    const SoapRequest& request,
    const Caller& caller
) {
    std::string out = "<rsp:Shell xmlns:rsp=\"";
    out.append(uri_shell).append("\">");
    out += tag("ShellId", id) + tag("ResourceUri", uri_cmd) + tag("Owner", caller.user) +
           tag("ClientIP", caller.address) + environment_text(request.environment);
    if (!request.working_directory.empty()) {
        out += tag("WorkingDirectory", request.working_directory);
    }
    return out + tag("IdleTimeOut", duration_text(idle_limit)) +
           tag("InputStreams", request.input_streams) +
           tag("OutputStreams", request.output_streams) +
           "<rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime>"
           "<rsp:ShellInactivity>P0DT0H0M0S</rsp:ShellInactivity></rsp:Shell>";
}

bool environment_too_large(const Environment& environment) {
    constexpr std::size_t room = 4096;
    std::size_t used = 0;
    for (const auto& [name, value] : environment)
        used += name.size() + value.size() + 2;
    return used > room;
}

// What stands in the way of one more shell; 0 when nothing does.
std::uint32_t
refusal(Manner manner, unsigned creates, std::size_t open_shells, const Environment& environment) {
    if (manner == Manner::small_environment && environment_too_large(environment)) {
        return fault::name_too_long;
    }
    if (manner == Manner::not_authorized) return fault::access_denied;
    if (manner == Manner::shells_forbidden) return fault::shells_forbidden;
    const bool busy = manner == Manner::quota_forever ||
                      (manner == Manner::quota_shells && creates <= 2) ||
                      open_shells >= shells_per_user;
    return busy ? fault::quota_shells : 0;
}

} // namespace

ShellHost::ShellHost(Stats& stats) : stats_(stats) {}

ShellHost::~ShellHost() = default;

void ShellHost::reap_idle(Machine& machine) {
    const auto now = Clock::now();
    std::erase_if(machine.shells, [&](const auto& entry) {
        const bool idle = now - entry.second->last_used > entry.second->idle_limit;
        if (idle) stats_.shell_reaped();
        return idle;
    });
}

std::shared_ptr<ShellHost::Shell> ShellHost::find_shell(const Vm& vm, std::string_view id) {
    const auto machine = machines_.find(vm.index);
    if (machine == machines_.end()) return nullptr;
    reap_idle(machine->second);
    const auto found = machine->second.shells.find(rdpsweep::ascii_lower(id));
    if (found == machine->second.shells.end()) return nullptr;
    found->second->last_used = Clock::now();
    return found->second;
}

ShellHost::Reply ShellHost::create(const Vm& vm, const SoapRequest& request, const Caller& caller) {
    Machine& machine = machines_[vm.index];
    reap_idle(machine);
    ++machine.creates;
    if (const auto code =
            refusal(vm.wire.manner, machine.creates, machine.shells.size(), request.environment)) {
        return failure_of(code, request);
    }
    auto shell = std::make_shared<Shell>();
    shell->id = rdpsweep::random_guid();
    shell->environment = request.environment;
    shell->locale = request.locale;
    const std::chrono::milliseconds asked =
        read_duration(request.idle_timeout).value_or(usual_idle);
    shell->idle_limit = std::max<std::chrono::milliseconds>(asked, shortest_idle);
    machine.shells[rdpsweep::ascii_lower(shell->id)] = shell;
    stats_.shell_created();
    return reference_to(shell->id, caller) +
           shell_text(shell->id, shell->idle_limit, request, caller);
}

void ShellHost::run(
    const Vm& vm,
    const Shell& shell,
    const std::shared_ptr<Command>& command,
    const std::string& user
) {
    std::optional<std::string> input;
    if (command->input_ended) input = command->input;
    const Job job{vm, shell.environment, user, command->line, std::move(input)};
    command->started =
        run(job, [&vm, command](const Execution& done) { finish(vm, *command, done); });
}

bool ShellHost::run(const Job& job, Engine::Answer answer) {
    const Execution execution = execute(job, stats_);
    if (execution.wants_input) return false;
    const bool real = engine_ && execution.powershell && job.vm.index < engine_vms_;
    if (real)
        engine_->run(job, std::move(answer));
    else
        answer(execution);
    return true;
}

void ShellHost::finish(const Vm& vm, Command& command, const Execution& execution) {
    command.output = transcribe(vm.wire.manner, execution);
    command.exit_code = execution.exit_code;
    command.ready = Clock::now();
    if (execution.powershell) command.ready += vm.wire.powershell_start;
    if (execution.powershell && vm.wire.manner == Manner::slow_script) command.timeouts_left = 2;
    command.wake();
}

ShellHost::Reply
ShellHost::command(const Vm& vm, const SoapRequest& request, const Caller& caller) {
    const auto shell = find_shell(vm, request.shell_id);
    if (!shell) return failure_of(fault::unexpected_selectors, request);
    if (shell->locale != request.locale) stats_.violation("the locale changed within a shell");
    auto command = std::make_shared<Command>();
    command->id = rdpsweep::random_guid();
    command->line = request.command;
    for (const std::string& argument : request.arguments)
        command->line += " " + argument;
    if (command->line.size() > longest_command) return failure_of(fault::name_too_long, request);
    run(vm, *shell, command, caller.user);
    shell->commands[rdpsweep::ascii_lower(command->id)] = command;
    return "<rsp:CommandResponse>" + tag("CommandId", command->id) + "</rsp:CommandResponse>";
}

ShellHost::Reply ShellHost::send(const Vm& vm, const SoapRequest& request, const Caller& caller) {
    const auto shell = find_shell(vm, request.shell_id);
    if (!shell) return failure_of(fault::unexpected_selectors, request);
    const auto found = shell->commands.find(rdpsweep::ascii_lower(request.command_id));
    if (found == shell->commands.end()) return failure_of(fault::unexpected_selectors, request);
    Command& command = *found->second;
    // Input that a command does not read is thrown away.
    if (!command.started) {
        command.input += request.data;
        command.input_ended = request.end_of_input;
        if (command.input_ended) run(vm, *shell, found->second, caller.user);
    }
    return "<rsp:SendResponse/>";
}

ShellHost::Reply ShellHost::signal(const Vm& vm, const SoapRequest& request) {
    const auto shell = find_shell(vm, request.shell_id);
    if (!shell) return failure_of(fault::unexpected_selectors, request);
    const auto found = shell->commands.find(rdpsweep::ascii_lower(request.command_id));
    if (found == shell->commands.end()) return failure_of(fault::unexpected_selectors, request);
    if (request.signal != "terminate" && request.signal != "ctrl_c" &&
        request.signal != "ctrl_break") {
        return failure_of(fault::invalid_parameter, request);
    }
    found->second->gone = true;
    found->second->wake();
    shell->commands.erase(found);
    return "<rsp:SignalResponse/>";
}

ShellHost::Reply ShellHost::remove(const Vm& vm, const SoapRequest& request, const Caller& caller) {
    const auto shell = find_shell(vm, request.shell_id);
    if (!shell) return failure_of(fault::unexpected_selectors, request);
    for (const auto& [id, command] : shell->commands) {
        if (command->done_known(caller.connection)) {
            stats_.violation("Delete without a terminate Signal after Done");
        }
        command->gone = true;
        command->wake();
    }
    machines_[vm.index].shells.erase(rdpsweep::ascii_lower(shell->id));
    stats_.shell_deleted();
    return std::string{};
}

} // namespace simfleet
