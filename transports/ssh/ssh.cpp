#include "transports/ssh/ssh.hpp"

#include "core/limits.hpp"
#include "transports/net/dial.hpp"
#include "transports/ssh/exec.hpp"
#include "transports/ssh/identity.hpp"
#include "transports/ssh/login.hpp"

#include <libssh2.h>

#include <cstdlib>
#include <utility>

namespace rdpsweep {

namespace {

// The same for every host and run, and read alike by cmd.exe, PowerShell and a POSIX shell: no
// dollar, percent sign or inner double quote. Standard input has the nonce, the arguments and then
// the script, which is read whole before it runs.
constexpr std::string_view command =
    "powershell -NoLogo -NoProfile -NonInteractive -OutputFormat Text -Command "
    "\"[Environment]::SetEnvironmentVariable('RDPSWEEP_NONCE',[Console]::In.ReadLine());"
    "[Environment]::SetEnvironmentVariable('RDPSWEEP_ARGS',[Console]::In.ReadLine());"
    "Invoke-Expression ([Console]::In.ReadToEnd())\"";

class SshSession final : public Session {
public:
    SshSession(std::shared_ptr<ssh::Link> link, Attempt& attempt)
        : link_(std::move(link)), attempt_(attempt) {}

    Task<Result<CommandOutput>>
    run(const Script& script, const ScriptInput& input, HostScope& scope) override {
        auto opened = co_await open_channel(scope);
        if (!opened) co_return std::move(opened).error();
        std::string text = input.nonce() + "\n" + input.arguments() + "\n";
        text += script.text();
        co_return co_await exec_->run(std::string(command), std::move(text), scope);
    }

    // Logged in by open(); a channel shows that we may also do something.
    Task<Status> prove(HostScope& scope) override { co_return co_await open_channel(scope); }

    Task<void> close() noexcept override {
        HostScope scope(co_await asio::this_coro::executor, Clock::now() + limits::cleanup);
        if (exec_ && !link_->dead()) co_await exec_->close(scope);
        exec_.reset();
        co_await link_->disconnect(scope);
    }

private:
    Task<Status> open_channel(HostScope& scope) {
        exec_ = std::make_unique<ssh::Exec>(*link_, attempt_);
        co_return co_await exec_->open(scope);
    }

    std::shared_ptr<ssh::Link> link_;
    Attempt& attempt_;
    std::unique_ptr<ssh::Exec> exec_; // goes before its link
};

class SshTransport final : public Transport {
public:
    SshTransport(Services& services, ssh::KnownHosts known)
        : services_(services), known_(std::move(known)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return "ssh"; }

    [[nodiscard]] Login login() const noexcept override { return Login::on_open; }

    [[nodiscard]] bool has_other_proof(const Credential& credential) const noexcept override {
        return credential.ssh.agent || credential.ssh.key.has_value();
    }

    Task<Result<std::unique_ptr<Session>>> open(
        const Target& target, const Credential& credential, HostScope& scope, Attempt& attempt
    ) override {
        auto socket =
            co_await net::dial(target.address, target.ssh.port, services_, scope, attempt);
        if (!socket) co_return std::move(socket).error();
        socket->native_non_blocking(true);
        const auto link = std::make_shared<ssh::Link>(
            scope.executor(), socket->release(), attempt, services_.step_timeout
        );
        const auto lines = known_.about(target.address, target.ssh.port);
        std::vector<std::string> types;
        for (const auto* line : lines)
            types.push_back(line->type);
        auto ready = co_await link->handshake(types, scope);
        if (ready) ready = check_key(*link, target, lines, attempt);
        if (!ready) co_return std::move(ready).error();
        ssh::LoginOptions options;
        options.user = target.ssh.user.empty() ? credential.user : target.ssh.user;
        options.may_send_password = !attempt.password_refused;
        if (const char* agent = std::getenv("SSH_AUTH_SOCK")) options.agent_path = agent;
        ssh::Login login(*link, credential, std::move(options), attempt);
        ready = co_await login.run(scope);
        if (!ready) co_return std::move(ready).error();
        co_return std::unique_ptr<Session>(std::make_unique<SshSession>(link, attempt));
    }

private:
    Status check_key(
        const ssh::Link& link,
        const Target& target,
        std::span<const ssh::KnownHost* const> lines,
        Attempt& attempt
    ) const {
        ssh::HostKey key;
        key.blob = link.host_key();
        key.endpoint = target.address + ":" + std::to_string(target.ssh.port);
        key.pin = target.ssh.pin_sha256;
        auto trust = ssh::decide_key(key, lines, services_.trust);
        if (!trust) return std::move(trust).error();
        const auto note = [&](const char* text) {
            attempt.notes.push_back(Message{text, {{"key", ssh::fingerprint(key.blob)}}});
        };
        if (*trust == ssh::KeyTrust::insecure) note("note.ssh_insecure");
        if (*trust == ssh::KeyTrust::first_use) note("note.ssh_first_use");
        return {};
    }

    Services& services_;
    ssh::KnownHosts known_;
};

} // namespace

Result<std::unique_ptr<Transport>> make_ssh(Services& services) {
    if (libssh2_init(0) != 0) {
        return Error(Phase::config, Errc::local_limit, "libssh2 cannot be initialised");
    }
    ssh::KnownHosts known;
    for (const auto& path : services.known_hosts) {
        auto added = known.add_file(path);
        if (!added) return std::move(added).error();
    }
    if (services.known_hosts.empty()) {
        const char* home = std::getenv("HOME");
        // Neither need be there.
        if (home != nullptr) (void)known.add_file(home + std::string("/.ssh/known_hosts"));
        (void)known.add_file("/etc/ssh/ssh_known_hosts");
    }
    return std::unique_ptr<Transport>(std::make_unique<SshTransport>(services, std::move(known)));
}

} // namespace rdpsweep
