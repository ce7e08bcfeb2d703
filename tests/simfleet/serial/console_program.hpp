// A program that has a channel's shell: reads typed lines, prints.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace simfleet {

using ConsoleTime = std::chrono::steady_clock::time_point;

class ConsoleProgram {
public:
    virtual ~ConsoleProgram() = default;

    // Whether it waits for a line now: only then what was typed is echoed.
    [[nodiscard]] virtual bool reads(ConsoleTime now) = 0;

    // A line, without its Enter.
    virtual void line(std::string_view text, ConsoleTime now) = 0;

    // What it has printed until now and nobody has taken.
    virtual std::string take_output(ConsoleTime now) = 0;

    [[nodiscard]] virtual bool ended(ConsoleTime now) = 0;

    // Lines it has taken that are numbered and checked: a damaged one is sent again.
    [[nodiscard]] virtual std::size_t checked_lines() const { return 0; }

    // Whether it has begun to show its answer.
    [[nodiscard]] virtual bool answering() const = 0;
};

} // namespace simfleet
