// A real PowerShell engine that has a channel's console: a child that reads what is typed.
#pragma once

#include "tests/simfleet/serial/console_program.hpp"
#include "tests/simfleet/vm.hpp"

#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace simfleet {

class TypedEngine final : public ConsoleProgram {
public:
    // program: as for execvp (tests/powershell, "typed"). arguments: what followed "powershell". A
    // child that cannot be started is one that has ended.
    TypedEngine(const std::vector<std::string>& program, const Vm& vm, std::string_view arguments);
    ~TypedEngine() override;
    TypedEngine(const TypedEngine&) = delete;
    TypedEngine& operator=(const TypedEngine&) = delete;

    bool reads(ConsoleTime now) override;
    void line(std::string_view text, ConsoleTime now) override;
    std::string take_output(ConsoleTime now) override;
    bool ended(ConsoleTime now) override;

    [[nodiscard]] bool answering() const override { return false; }

private:
    int to_child_ = -1;
    int from_child_ = -1;
    pid_t child_ = 0;
    bool over_ = false;
};

} // namespace simfleet
