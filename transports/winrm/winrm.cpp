// Holds Transport and Session: which script goes into which shell, and what is repeated after a
// loss.
#include "transports/winrm/winrm.hpp"

#include "core/log.hpp"
#include "transports/winrm/cim_session.hpp"
#include "transports/winrm/http_fallback.hpp"
#include "transports/winrm/script_variables.hpp"
#include "transports/winrm/shell.hpp"

#include <utility>

namespace rdpsweep {

namespace {

using winrm::Connection;
using winrm::Shell;

constexpr std::string_view powershell = "powershell.exe";
constexpr std::string_view powershell_options =
    "-NoLogo -NoProfile -NonInteractive -OutputFormat Text -Command ";

// Returns "Invoke-Expression $env:RDPSWEEP_SCRIPT", or the parts of a script too long for one
// variable.
std::string invoke_from_environment(std::size_t parts) {
    if (parts == 1)
        return std::string(powershell_options) + "\"Invoke-Expression $env:RDPSWEEP_SCRIPT\"";
    std::string sum;
    for (std::size_t i = 0; i < parts; ++i) {
        sum += (i == 0 ? "$env:RDPSWEEP_SCRIPT" : "+$env:RDPSWEEP_SCRIPT") + std::to_string(i);
    }
    return std::string(powershell_options) + "\"Invoke-Expression (" + sum + ")\"";
}

// Returns a command that reads its script whole before it runs: "-Command -" would execute line by
// line.
std::string invoke_from_stdin() {
    return std::string(powershell_options) + "\"Invoke-Expression ([Console]::In.ReadToEnd())\"";
}

winrm::ShellOptions shell_options(const ScriptInput& input) {
    winrm::ShellOptions options;
    options.environment.emplace_back("RDPSWEEP_NONCE", input.nonce());
    options.environment.emplace_back("RDPSWEEP_ARGS", input.arguments());
    return options;
}

std::string endpoint_of(const Target& target) {
    const auto* scheme = target.winrm.scheme == WinRmScheme::http ? "http://" : "https://";
    return scheme + net::authority(target.address, target.winrm.port) + "/wsman";
}

class WinRmSession final : public Session {
public:
    WinRmSession(
        const Target& target,
        const Credential& credential,
        winrm::WinRmServices& services,
        winrm::ScriptShelf& scripts,
        Attempt& attempt
    )
        : attempt_(attempt), scripts_(scripts), connection_(target, credential, services, attempt),
          shell_(
              endpoint_of(target),
              connection_,
              winrm::ShellBudget{services.base.step_timeout, services.base.quota_delay},
              attempt
          ),
          cim_(endpoint_of(target), connection_, services.base.step_timeout, attempt),
          name_(target.name) {}

    [[nodiscard]] CimClient* cim() noexcept override { return &cim_; }

    // Connection and trust only: the shell's environment carries the script, so it is made by
    // run().
    Task<Status> open(HostDeadline& deadline) {
        bytes_ = deadline.bytes();
        return connection_.connect(deadline);
    }

    Task<Result<CommandOutput>>
    run(const Script& script, const ScriptInput& input, HostDeadline& deadline) override {
        // A shell's environment carries one script: the next one needs a shell of its own.
        if (shell_.exists()) (void)co_await shell_.remove(deadline);
        auto started = co_await start_from_environment(script, input, deadline);
        if (!started && wants_another_shell(started.error())) {
            (void)co_await shell_.remove(deadline);
            started = co_await start_from_environment(script, input, deadline);
        }
        if (!started && says(started.error(), winrm::code::line_too_long)) {
            started = co_await start_from_stdin(script, input, deadline);
        }
        if (!started) co_return std::move(started).error();
        shell_.watch(input.whole());
        CommandOutput output;
        auto received = co_await shell_.receive(output, deadline);
        if (!received && received.error().code() == Errc::peer_closed && !deadline.expired()) {
            // The host repeats what the lost answer held, and only that: what came before is kept.
            received = co_await resume(output, deadline);
        }
        if (!received) co_return std::move(received).error();
        co_await shell_.terminate(deadline);
        co_return output;
    }

    // A shell without a script: for `check`, which only asks whether and as whom we get in.
    Task<Status> prove(HostDeadline& deadline) override {
        auto made = co_await shell_.create(winrm::ShellOptions(), deadline);
        if (made) attempt_.identity = shell_.owner();
        co_return made;
    }

    Task<void> close() noexcept override {
        if (!shell_.exists()) {
            connection_.close();
            co_return;
        }
        const auto executor = co_await asio::this_coro::executor;
        HostDeadline deadline(executor, Clock::now() + limits::cleanup, bytes_);
        bool gone = false;
        if (connection_.usable()) gone = co_await shell_.remove(deadline);
        if (!gone && !deadline.expired()) {
            const auto again = co_await connection_.connect(deadline);
            if (again) gone = co_await shell_.remove(deadline);
        }
        if (!gone) {
            log_line(
                {LogLevel::warn,
                 name_,
                 "open",
                 "the shell could not be deleted; it ends by its idle timeout"}
            );
        }
        connection_.close();
    }

private:
    static bool says(const Error& error, std::uint32_t code) {
        return error.native().starts_with("WSManFault " + std::to_string(code));
    }

    // The shell was reaped, used up or lost its profile before the command began: nothing ran, so
    // another shell may be tried, once.
    static bool wants_another_shell(const Error& error) {
        return error.phase() == Phase::run && (says(error, winrm::code::unexpected_selectors) ||
                                               says(error, winrm::code::quota_max_operations) ||
                                               says(error, winrm::code::key_deleted));
    }

    Task<Status>
    start_from_environment(const Script& script, const ScriptInput& input, HostDeadline& deadline) {
        auto options = shell_options(input);
        const auto& variables = scripts_.variables(script);
        options.shared_environment = variables.xml;
        auto made = co_await shell_.create(std::move(options), deadline);
        if (!made) co_return made;
        attempt_.identity = shell_.owner();
        auto arguments = invoke_from_environment(variables.parts);
        co_return co_await shell_.start(std::string(powershell), std::move(arguments), deadline);
    }

    Task<Status>
    start_from_stdin(const Script& script, const ScriptInput& input, HostDeadline& deadline) {
        (void)co_await shell_.remove(deadline);
        auto options = shell_options(input);
        auto made = co_await shell_.create(std::move(options), deadline);
        if (!made) co_return made;
        attempt_.identity = shell_.owner();
        auto started =
            co_await shell_.start(std::string(powershell), invoke_from_stdin(), deadline);
        if (!started) co_return started;
        co_return co_await shell_.send(std::string(script.text()), deadline);
    }

    Task<Status> resume(CommandOutput& output, HostDeadline& deadline) {
        auto connected = co_await connection_.connect(deadline);
        if (!connected) co_return connected;
        co_return co_await shell_.receive(output, deadline);
    }

    Attempt& attempt_;
    winrm::ScriptShelf& scripts_;
    Connection connection_;
    Shell shell_;
    winrm::CimSession cim_;
    std::string name_;
    std::shared_ptr<HostBytes> bytes_; // the host's, for close()
};

class WinRmTransport final : public Transport {
public:
    WinRmTransport(Services& services, winrm::TlsContexts contexts)
        : contexts_(std::move(contexts)), services_{services, contexts_, gss_} {}

    [[nodiscard]] std::string_view name() const noexcept override { return winrm::transport_name; }

    Task<Result<std::unique_ptr<Session>>> open(
        const Target& target, const Credential& credential, HostDeadline& deadline, Attempt& attempt
    ) override {
        auto session =
            std::make_unique<WinRmSession>(target, credential, services_, scripts_, attempt);
        auto connected = co_await session->open(deadline);
        if (!connected) co_return std::move(connected).error();
        co_return std::unique_ptr<Session>(std::move(session));
    }

    [[nodiscard]] std::optional<Target> http_fallback(
        const Target& target, const Credential& credential, const Error& error
    ) const override {
        const auto policy = services_.base.http_fallback.value_or(target.winrm.http_fallback);
        return winrm::over_http(target, credential, policy, error);
    }

private:
    winrm::TlsContexts contexts_;
    winrm::GssEngine gss_;
    winrm::ScriptShelf scripts_;
    winrm::WinRmServices services_;
};

} // namespace

Result<std::unique_ptr<Transport>> make_winrm(Services& services) {
    auto contexts = winrm::TlsContexts::load(services.trust.ca_file);
    if (!contexts) return std::move(contexts).error();
    return std::unique_ptr<Transport>(
        std::make_unique<WinRmTransport>(services, std::move(*contexts))
    );
}

} // namespace rdpsweep
