// One visit over a serial console, from Azure's permission to the empty place it leaves.
#pragma once

#include "transports/serial/arm_console.hpp"
#include "transports/serial/cmd_questions.hpp"
#include "transports/serial/logon.hpp"
#include "transports/serial/sac_mux.hpp"
#include "transports/serial/shell_link.hpp"
#include "transports/serial/terminal.hpp"
#include "transports/services.hpp"
#include "transports/transport.hpp"

#include <memory>
#include <optional>
#include <string>

namespace rdpsweep::serial {

// Which host a session visits, with which credential, and the time it has. All of them must outlive
// the session.
struct Errand {
    const Target& target;
    const Credential& credential;
    Attempt& attempt;
    const HostDeadline& deadline;
};

class SerialSession final : public Session {
public:
    // services and console must outlive it, too.
    SerialSession(Services& services, ArmConsole& console, const Errand& errand);

    // Goes on up to a shell that takes our keys. When that fails, what was opened is closed again.
    Task<Status> begin(HostDeadline& deadline);

    [[nodiscard]] bool narrow() const noexcept override { return true; }

    Task<Result<CommandOutput>>
    run(const Script& script, const ScriptInput& input, HostDeadline& deadline) override;

    // Returns cmd.exe's own tools, where the shell is ours and PowerShell could not do its work.
    [[nodiscard]] CimClient* cim() noexcept override;

    Task<Status> prove(HostDeadline& deadline) override;

    Task<void> close() noexcept override;

private:
    [[nodiscard]] HostDeadline::Guard follow(HostDeadline& deadline);
    Task<Result<CommandOutput>> run_here(const Script& script, const ScriptInput& input);
    Task<Status> begin_here();
    Task<Status> attach(HostDeadline& deadline);
    Task<Status> climb_in(HostDeadline& deadline);
    Task<Status> know_who(HostDeadline& deadline);
    Task<Status> come_back(Error why, HostDeadline& deadline);
    Task<void> clean_up();
    Task<void> leave_by_another_way(HostDeadline& deadline);
    Task<void> note_what_sac_says(HostDeadline& deadline);
    void note_leak();
    void note_the_past();

    Services& services_;
    ArmConsole& console_;
    const Target& target_;
    const Credential& credential_;
    Attempt& attempt_;
    HostDeadline own_; // the visit's time, and not more than limits::serial_host
    ConsoleState state_;
    std::unique_ptr<Terminal> terminal_;
    std::optional<SacMux> mux_;
    std::optional<ShellLink> shell_;
    std::optional<CmdQuestions> questions_;
    bool logged_on_ = false;
    bool shown_ = false;   // our password was
    bool resumed_ = false; // a lost way was replaced; that happens once
    bool leak_told_ = false;
    bool known_ = false; // who we are
};

} // namespace rdpsweep::serial
