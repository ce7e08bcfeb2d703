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

    Task<Result<cim::Rows>> ask(cim::Request request, HostScope& scope) override;

    [[nodiscard]] std::size_t round_trips() const noexcept override { return asked_; }

private:
    struct Known {
        std::uint32_t code = 0;    // Win32: 0, 2 (absent), 5 (denied)
        std::optional<RegKey> key; // nothing: it has more than a screen holds
    };

    Task<Result<cim::Rows>> registry(const cim::Invoke& call, HostScope& scope);
    Task<Result<Known>> look_at(std::string key, HostScope& scope);
    Task<Result<std::optional<RegValue>>>
    value_of(const Known& known, std::string key, std::string name, HostScope& scope);
    Task<Result<cim::Rows>> query(std::string wql, HostScope& scope);
    Task<Result<cim::Rows>> system(HostScope& scope);
    Task<Result<cim::Rows>> services(const std::string& wql, HostScope& scope);
    Task<Result<cim::Rows>> listeners(std::uint16_t port, HostScope& scope);
    Task<Result<cim::Rows>> processes(const std::string& wql, HostScope& scope);
    Task<Result<ShellLink::Said>> run(std::string line, HostScope& scope);

    ShellLink& shell_;
    std::map<std::string, Known, std::less<>> known_; // by folded key
    std::size_t asked_ = 0;
};

} // namespace rdpsweep::serial
