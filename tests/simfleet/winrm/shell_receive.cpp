// Receive: waits for a command's output and hands it out in answers the client can take.
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "tests/simfleet/winrm/http_message.hpp"
#include "tests/simfleet/winrm/shell_host.hpp"
#include "tests/simfleet/winrm/shells.hpp"
#include "tests/simfleet/winrm/soap_reply.hpp"

#include <algorithm>

namespace simfleet {

namespace asio = rdpsweep::asio;
using rdpsweep::Clock;
using rdpsweep::Task;

namespace {

// What an answer takes beside its Stream elements, and the most one Stream's tags take.
constexpr std::size_t envelope_overhead = 2048;
constexpr std::size_t stream_overhead = 512;

std::string stream(const std::string& command_id, std::string_view name, std::string_view text) {
    std::string out = "<rsp:Stream Name=\"";
    out.append(name).append("\" CommandId=\"").append(command_id).append("\"");
    if (text.empty()) return out + " End=\"true\"></rsp:Stream>";
    return out + ">" + std::string{text} + "</rsp:Stream>";
}

// Takes pieces off the front of output as long as they fit into room octets.
std::string take_streams(Transcript& output, const std::string& command_id, std::size_t room) {
    std::string body;
    for (std::size_t taken = 0; taken < output.pieces_per_answer && !output.pieces.empty();
         ++taken) {
        Piece& piece = output.pieces.front();
        const std::size_t used = body.size() + stream_overhead;
        const std::size_t fits = room > used ? (room - used) / 4 * 3 : 0;
        if (fits == 0 || (taken > 0 && fits < piece.bytes.size())) break;
        body += stream(
            command_id,
            piece.error ? "stderr" : "stdout",
            rdpsweep::base64_encode(std::string_view{piece.bytes}.substr(0, fits))
        );
        piece.bytes.erase(0, fits);
        if (piece.bytes.empty()) output.pieces.pop_front();
    }
    return body;
}

} // namespace

void ShellHost::hold(bool held) {
    stats_.hold(held);
    for (const auto& [vm, machine] : machines_) {
        for (const auto& [shell_id, shell] : machine.shells) {
            for (const auto& [command_id, command] : shell->commands)
                command->wake();
        }
    }
}

// False when there is no output in time.
Task<bool>
ShellHost::wait_for_output(std::shared_ptr<Command> command, std::chrono::milliseconds timeout) {
    const auto executor = co_await asio::this_coro::executor;
    command->waiting = std::make_shared<asio::steady_timer>(executor);
    const bool slow = command->timeouts_left > 0;
    if (slow) --command->timeouts_left;
    const auto deadline = Clock::now() + (slow ? std::min(timeout, slow_receive_) : timeout);
    const auto silent = [&] { return slow || stats_.held(); };
    while (!command->gone && Clock::now() < deadline && (silent() || Clock::now() < command->ready)
    ) {
        command->waiting->expires_at(silent() ? deadline : std::min(deadline, command->ready));
        boost::system::error_code ignored;
        co_await command->waiting->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    command->waiting.reset();
    co_return !silent() && Clock::now() >= command->ready;
}

Task<ShellHost::Reply> ShellHost::receive(const Vm& vm, SoapRequest request, Caller caller) {
    const auto shell = find_shell(vm, request.shell_id);
    if (!shell) co_return failure_of(fault::unexpected_selectors, request);
    if (shell->commands.empty()) co_return failure_of(fault::invalid_parameter, request);
    const auto found = shell->commands.find(rdpsweep::ascii_lower(request.command_id));
    if (found == shell->commands.end()) co_return failure_of(fault::unexpected_selectors, request);
    const std::shared_ptr<Command> command = found->second;
    if (command->receiving) {
        stats_.violation("two Receives of one command at once");
        co_return failure_of(fault::busy, request);
    }
    command->receiving = true;
    stats_.receive_began();
    const bool there = co_await wait_for_output(command, request.operation_timeout);
    stats_.receive_ended();
    command->receiving = false;
    shell->last_used = Clock::now();
    if (command->gone) co_return failure_of(fault::operation_aborted, request);
    if (!there) co_return failure_of(fault::timed_out, request);
    co_return answer(*command, request, caller);
}

std::string ShellHost::answer(Command& command, const SoapRequest& request, const Caller& caller) {
    if (command.done_known(caller.connection)) stats_.violation("Receive after Done");
    const std::size_t room = std::min(request.max_envelope, max_request_body) - envelope_overhead;
    std::string body = "<rsp:ReceiveResponse>" + take_streams(command.output, command.id, room);
    const bool done = command.output.pieces.empty();
    if (done) body += stream(command.id, "stdout", "") + stream(command.id, "stderr", "");
    body += "<rsp:CommandState CommandId=\"" + command.id + "\" State=\"";
    body.append(uri_shell).append("/CommandState/").append(done ? "Done\">" : "Running\">");
    if (done) {
        // Asked again after Done, Windows forgets the exit code.
        const auto code = command.done_told ? 0 : command.exit_code;
        body += "<rsp:ExitCode>" + std::to_string(code) + "</rsp:ExitCode>";
        command.done_told = true;
        command.done_on = caller.connection;
    }
    return body + "</rsp:CommandState></rsp:ReceiveResponse>";
}

} // namespace simfleet
