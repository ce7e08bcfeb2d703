// The result of a step of a verb: a value, or the end of the verb.
#pragma once

#include "core/error.hpp"
#include "core/terminal_text.hpp"
#include "scanner/talk/exit_status.hpp"

#include <cassert>
#include <optional>
#include <utility>
#include <variant>

namespace rdpsweep {

// Why a verb ends before its work is done: what its user reads on stderr, and the exit status.
struct EarlyEnd {
    EarlyEnd(TerminalText lines, ExitStatus code) : text(std::move(lines)), status(code) {}

    // Ends in the three lines of an error (scanner/talk/talk.hpp).
    EarlyEnd(const Error& error, ExitStatus code);

    TerminalText text; // whole lines
    ExitStatus status;
};

// As Result, with the end of the verb in place of an Error.
template <class Value>
class [[nodiscard]] Step {
public:
    Step(Value value) : state_(std::in_place_index<0>, std::move(value)) {}

    Step(EarlyEnd end) : state_(std::in_place_index<1>, std::move(end)) {}

    explicit operator bool() const noexcept { return state_.index() == 0; }

    Value& operator*() & noexcept { return get(); }

    Value&& operator*() && noexcept { return std::move(get()); }

    Value* operator->() noexcept { return &get(); }

    [[nodiscard]] const EarlyEnd& end() const& noexcept { return *std::get_if<1>(&state_); }

    [[nodiscard]] EarlyEnd&& end() && noexcept { return std::move(*std::get_if<1>(&state_)); }

private:
    Value& get() noexcept {
        assert(state_.index() == 0);
        return *std::get_if<0>(&state_);
    }

    std::variant<Value, EarlyEnd> state_;
};

template <>
class [[nodiscard]] Step<void> {
public:
    Step() = default;

    Step(EarlyEnd end) : end_(std::move(end)) {}

    explicit operator bool() const noexcept { return !end_.has_value(); }

    [[nodiscard]] const EarlyEnd& end() const& noexcept { return *end_; }

    [[nodiscard]] EarlyEnd&& end() && noexcept { return std::move(*end_); }

private:
    std::optional<EarlyEnd> end_;
};

} // namespace rdpsweep
