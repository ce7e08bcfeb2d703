// A part that most of something numerous do not have: where it is not set it takes a pointer.
#pragma once

#include <memory>

namespace rdpsweep {

// A T by value: copies are deep, and one that was never edited reads as T().
template <class T>
class Rare {
public:
    Rare() = default;

    Rare(const Rare& other) : part_(other.part_ ? std::make_unique<T>(*other.part_) : nullptr) {}

    Rare(Rare&&) noexcept = default;

    Rare& operator=(const Rare& other) {
        if (this != &other) *this = Rare(other);
        return *this;
    }

    Rare& operator=(Rare&&) noexcept = default;
    ~Rare() = default;

    const T& operator*() const noexcept { return part_ ? *part_ : unset(); }

    const T* operator->() const noexcept { return &**this; }

    // Returns it to be changed; from then on it takes its place.
    T& edit() {
        if (!part_) part_ = std::make_unique<T>();
        return *part_;
    }

private:
    static const T& unset() noexcept {
        static const T none{};
        return none;
    }

    std::unique_ptr<T> part_;
};

} // namespace rdpsweep
