// CIM's questions, asked of cmd.exe's own tools: for a VM whose PowerShell cannot run and that
// nothing but its console reaches. The registry, services, listeners and processes can be asked
// about; everything else is unsupported.
#pragma once

#include "core/cim.hpp"
#include "transports/serial/cmd_text.hpp"
#include "transports/serial/shell_link.hpp"
#include "transports/transport.hpp"

#include <map>
#include <optional>
#include <string>

namespace rdpsweep::serial {

class CmdQuestions final : public CimClient {
public:
    explicit CmdQuestions(ShellLink& shell) : shell_(shell) {}

    Task<Result<cim::Rows>> ask(cim::Request request, HostDeadline& deadline) override;

    [[nodiscard]] std::size_t round_trips() const noexcept override { return asked_; }

private:
    struct Known {
        std::uint32_t code = 0;    // Win32: 0, 2 (absent), 5 (denied)
        std::optional<RegKey> key; // nothing: it has more than a screen holds
    };

    Task<Result<cim::Rows>> registry(const cim::Invoke& call, HostDeadline& deadline);
    Task<Result<Known>> look_at(std::string key, HostDeadline& deadline);
    Task<Result<std::optional<RegValue>>>
    value_of(const Known& known, std::string key, std::string name, HostDeadline& deadline);
    Task<Result<cim::Rows>> query(std::string wql, HostDeadline& deadline);
    Task<Result<cim::Rows>> system(HostDeadline& deadline);
    Task<Result<cim::Rows>> services(const std::string& wql, HostDeadline& deadline);
    Task<Result<cim::Rows>> listeners(std::uint16_t port, HostDeadline& deadline);
    Task<Result<cim::Rows>> processes(const std::string& wql, HostDeadline& deadline);
    Task<Result<ShellLink::Said>> run(std::string line, HostDeadline& deadline);

    ShellLink& shell_;
    std::map<std::string, Known, std::less<>> known_; // by folded key
    std::size_t asked_ = 0;
};

} // namespace rdpsweep::serial
