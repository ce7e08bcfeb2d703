// A text to be sent whose middle many hosts share: a sweep sends each of thousands the same 40 KB.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace rdpsweep::net {

class SharedText {
public:
    SharedText() = default;

    // A text of its own. Implicit: most texts are.
    SharedText(std::string own) : head_(std::move(own)) {} // NOLINT(google-explicit-constructor)

    // middle: null where there is none.
    SharedText(std::string head, std::shared_ptr<const std::string> middle, std::string tail)
        : head_(std::move(head)), middle_(std::move(middle)), tail_(std::move(tail)) {}

    [[nodiscard]] std::size_t size() const noexcept {
        return head_.size() + middle().size() + tail_.size();
    }

    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

    // Copies at most size bytes from the offset-th on; returns how many.
    std::size_t copy(std::size_t offset, char* to, std::size_t size) const noexcept;

    // Returns it in one piece.
    [[nodiscard]] std::string whole() const;

private:
    [[nodiscard]] std::string_view middle() const noexcept {
        return middle_ ? std::string_view(*middle_) : std::string_view();
    }

    std::string head_;
    std::shared_ptr<const std::string> middle_;
    std::string tail_;
};

} // namespace rdpsweep::net
