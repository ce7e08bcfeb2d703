// What a transport is: a way to reach a VM and run a script there.
#pragma once

#include "core/asio.hpp"
#include "core/cim.hpp"
#include "core/facts.hpp"
#include "core/host_deadline.hpp"
#include "core/outcome.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "core/target.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

// Embedded text; never built by concatenation. Its SHA-256 is what the audit log names.
class Script {
public:
    enum class Effect { read_only, changes_host };

    // name and powershell must outlive the script (they are string literals of the build).
    Script(std::string_view name, std::string_view powershell, Effect effect);

    [[nodiscard]] std::string_view name() const noexcept { return name_; }

    [[nodiscard]] std::string_view text() const noexcept { return text_; }

    [[nodiscard]] Effect effect() const noexcept { return effect_; }

    [[nodiscard]] std::string_view sha256() const noexcept { return sha256_; } // lower-case hex

private:
    std::string_view name_;
    std::string_view text_;
    Effect effect_;
    std::string sha256_;
};

// Tells whether what a script printed so far is whole, so that nothing after it matters. It is
// given all of the output each time, which grows, and may remember what it saw.
using OutputWatch = std::function<bool(std::string_view out)>;

// What changes from run to run, kept out of the constant script text.
class ScriptInput {
public:
    // nonce: hex, fresh per host and run. arguments: one JSON object. whole: null where only the
    // end of the script is its end.
    ScriptInput(std::string nonce, std::string arguments, OutputWatch whole = nullptr);

    [[nodiscard]] const std::string& nonce() const noexcept { return nonce_; }

    [[nodiscard]] const std::string& arguments() const noexcept { return arguments_; }

    [[nodiscard]] const OutputWatch& whole() const noexcept { return whole_; }

private:
    std::string nonce_;
    std::string arguments_;
    OutputWatch whole_;
};

struct CommandOutput {
    std::string out, err;
    std::uint32_t exit_code = 0;
    bool truncated = false;
};

// Asks a host CIM questions, without a file or a script there. Over WinRM nothing is started there;
// where asked_by() is "cmd", each question starts one of cmd.exe's own tools.
class CimClient {
public:
    virtual ~CimClient() = default;

    // Returns all rows of a query, the instance of a Get, or one instance with a method's output. A
    // fault is Error{run, ...} whose native code begins with "WSManFault"; more rows than we accept
    // is Error{run, output_limit}; a request that is not cim::reads_only() is Error{run,
    // unsupported} and is not sent. Every other Error means that the connection is no longer of
    // use.
    virtual Task<Result<cim::Rows>> ask(cim::Request request, HostDeadline& deadline) = 0;

    // Returns how often the host was asked anything, pages of a query included.
    [[nodiscard]] virtual std::size_t round_trips() const noexcept = 0;
};

class Session {
public:
    virtual ~Session() = default;

    // Runs the script once and returns all it printed, at most limits::stdout_bytes.
    virtual Task<Result<CommandOutput>>
    run(const Script& script, const ScriptInput& input, HostDeadline& deadline) = 0;

    // Tells whether it carries only a few kilobytes back: then the collector is to answer in its
    // lean profile.
    [[nodiscard]] virtual bool narrow() const noexcept { return false; }

    // Returns how many of the last bytes that a script prints come back; 0: all.
    [[nodiscard]] virtual std::size_t tail() const noexcept { return 0; }

    // Returns what answers CIM questions here, valid until the next run() or close(): WinRM asks
    // WMI, the serial console asks cmd.exe. Null when this transport has neither, or has lost it.
    [[nodiscard]] virtual CimClient* cim() noexcept { return nullptr; }

    // Returns the RDP handshake with port as the host itself sees it, through this session and
    // without any script: facts.from is "tunnel". Nothing when this way in has no such thing.
    // Error{open, ...} when the host does not allow it. Call it after run().
    virtual Task<std::optional<Result<HandshakeFacts>>>
    shake_hands_inside(std::uint16_t /*port*/, HostDeadline& /*deadline*/) {
        co_return std::nullopt;
    }

    // Returns what tells of the host without any script: a document framed with nonce, like the
    // answer of a collector. Nothing when only a script, or CIM, tells of it.
    virtual Task<std::optional<Result<std::string>>>
    facts(const std::string& /*nonce*/, HostDeadline& /*deadline*/) {
        co_return std::nullopt;
    }

    // Logs in and stops: afterwards attempt.identity says as whom the host knows us.
    virtual Task<Status> prove(HostDeadline& deadline) = 0;

    // Closes the session as far as limits::cleanup allows; leaves nothing behind on the host.
    virtual Task<void> close() noexcept = 0;
};

// When a transport shows the credential to a host: never, in open(), or in run() and prove().
enum class Login : std::uint8_t { never, on_open, on_use };

// A way to look at a VM without logging on to it.
class FactSource {
public:
    virtual ~FactSource() = default;
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;

    // Returns the handshake it made. A peer that refuses or misbehaves is a fact; an Error means
    // that nothing was learned. attempt is kept up to date as it goes and must outlive the call.
    virtual Task<Result<HandshakeFacts>>
    collect(const Target& target, HostDeadline& deadline, Attempt& attempt) = 0;
};

class Transport {
public:
    virtual ~Transport() = default;
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;

    // Returns when the credential is shown: there the sweep holds a host back until the credential
    // has proved good on others.
    [[nodiscard]] virtual Login login() const noexcept { return Login::on_use; }

    // Tells whether the credential can be proved here by something else than its password; then the
    // transport is tried although the host refused the password over another one.
    [[nodiscard]] virtual bool has_other_proof(const Credential& /*credential*/) const noexcept {
        return false;
    }

    // Reaches the target and trusts it. One that connects to VMs calls arrive() (core/arrival.hpp)
    // once it is connected, and before it shows anything of the credential. A transport that
    // authenticates with its first message (WinRM) does so in run() or prove(). attempt.reached,
    // identity, notes and the byte counters are kept up to date as it goes, also by the session;
    // attempt must outlive it.
    virtual Task<Result<std::unique_ptr<Session>>> open(
        const Target& target, const Credential& credential, HostDeadline& deadline, Attempt& attempt
    ) = 0;

    // Returns another form of the same target that error makes worth a try, as the target to open
    // then; nothing when there is none or it is not allowed.
    [[nodiscard]] virtual std::optional<Target> http_fallback(
        const Target& /*target*/, const Credential& /*credential*/, const Error& /*error*/
    ) const {
        return std::nullopt;
    }
};

} // namespace rdpsweep
