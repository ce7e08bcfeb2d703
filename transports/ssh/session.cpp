// Runs scripts over Exec, and looks at the host's own RDP port through a tunnel.
#include "transports/ssh/session.hpp"

#include "core/limits.hpp"
#include "transports/rdp/handshake.hpp"
#include "transports/rdp/x224.hpp"
#include "transports/ssh/barred.hpp"
#include "transports/ssh/tunnel.hpp"

#include <utility>

namespace rdpsweep::ssh {

namespace {

// The same for every host and run, and read alike by cmd.exe, PowerShell and a POSIX shell: no
// dollar, percent sign or inner double quote. Standard input has the nonce, the arguments and then
// the script, which is read whole before it runs.
constexpr std::string_view command =
    "powershell -NoLogo -NoProfile -NonInteractive -OutputFormat Text -Command "
    "\"[Environment]::SetEnvironmentVariable('RDPSWEEP_NONCE',[Console]::In.ReadLine());"
    "[Environment]::SetEnvironmentVariable('RDPSWEEP_ARGS',[Console]::In.ReadLine());"
    "Invoke-Expression ([Console]::In.ReadToEnd())\"";

constexpr std::string_view loopback = "127.0.0.1";
// Far more than a handshake takes; and what a command that was left had still on its way.
constexpr std::uint64_t tunnel_bytes = 4u << 20;

} // namespace

ShellSession::ShellSession(
    Chain chain, std::shared_ptr<Link> link, rdp::TlsProfiles& tls, Attempt& attempt
)
    : chain_(std::move(chain)), link_(std::move(link)), tls_(tls), attempt_(attempt) {}

Task<Result<CommandOutput>>
ShellSession::run(const Script& script, const ScriptInput& input, HostDeadline& deadline) {
    auto opened = co_await open_channel(deadline);
    if (!opened) co_return std::move(opened).error();
    ExecInput told;
    told.text = input.nonce() + "\n" + input.arguments() + "\n";
    told.text += script.text();
    told.whole = input.whole();
    auto output = co_await exec_->run(std::string(command), std::move(told), deadline);
    if (output && output->exit_code != 0) {
        if (auto barred = read_barred(*output)) co_return *std::move(barred);
    }
    co_return output;
}

Task<std::optional<Result<HandshakeFacts>>>
ShellSession::shake_hands_inside(std::uint16_t port, HostDeadline& deadline) {
    if (link_->dead() || deadline.expired()) co_return std::nullopt;
    if (exec_) co_await exec_->close(deadline);
    exec_.reset();
    const auto begun = Clock::now();
    HeldBytes held(deadline.bytes());
    auto room = co_await held.hold(limits::handshake_bytes, deadline);
    if (!room) co_return std::move(room).error();
    link_->allow(tunnel_bytes);
    auto tunnel = co_await Tunnel::open(*link_, std::string(loopback), port, deadline);
    HandshakeFacts facts;
    if (tunnel) {
        const rdp::Offer offer{rdp::every_tls_protocol, tls_.every.get(), true};
        facts = co_await rdp::shake_hands(**tunnel, offer);
        co_await (*tunnel)->close();
    } else if (tunnel.error().code() == Errc::refused) {
        facts.stage = "connect";
        facts.failure = "refused";
    } else {
        co_return std::move(tunnel).error();
    }
    facts.from = "tunnel";
    facts.address = loopback;
    facts.took_ms = static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun).count()
    );
    co_return facts;
}

Task<Status> ShellSession::prove(HostDeadline& deadline) {
    co_return co_await open_channel(deadline);
}

Task<void> ShellSession::close() noexcept {
    HostDeadline deadline(co_await asio::this_coro::executor, Clock::now() + limits::cleanup);
    if (exec_ && !link_->dead()) co_await exec_->close(deadline);
    exec_.reset();
    co_await link_->disconnect(deadline);
    chain_.kill();
}

Task<Status> ShellSession::open_channel(HostDeadline& deadline) {
    exec_ = std::make_unique<Exec>(*link_, attempt_);
    co_return co_await exec_->open(deadline);
}

} // namespace rdpsweep::ssh
