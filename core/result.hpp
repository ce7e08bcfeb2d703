// A value or the Error that prevented it. No exceptions, no .value().
#pragma once

#include "core/error.hpp"

#include <cassert>
#include <optional>
#include <utility>
#include <variant>

namespace rdpsweep {

template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}

    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }

    explicit operator bool() const noexcept { return has_value(); }

    T& operator*() & noexcept { return get(); }

    const T& operator*() const& noexcept { return get(); }

    T&& operator*() && noexcept { return std::move(get()); }

    T* operator->() noexcept { return &get(); }

    const T* operator->() const noexcept { return &get(); }

    [[nodiscard]] const Error& error() const& noexcept { return *std::get_if<1>(&state_); }

    [[nodiscard]] Error&& error() && noexcept { return std::move(*std::get_if<1>(&state_)); }

private:
    T& get() noexcept {
        assert(has_value());
        return *std::get_if<0>(&state_);
    }

    const T& get() const noexcept {
        assert(has_value());
        return *std::get_if<0>(&state_);
    }

    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;

    Result(Error error) : error_(std::move(error)) {}

    [[nodiscard]] bool has_value() const noexcept { return !error_.has_value(); }

    explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] const Error& error() const& noexcept { return *error_; }

    [[nodiscard]] Error&& error() && noexcept { return std::move(*error_); }

private:
    std::optional<Error> error_;
};

using Status = Result<void>;

} // namespace rdpsweep
