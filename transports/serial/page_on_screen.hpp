// The rows of one page of output, gathered from a screen that is painted over and over.
#pragma once

#include "transports/serial/coding.hpp"
#include "transports/serial/terminal.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace rdpsweep::serial {

class PageOnScreen {
public:
    // The terminal must outlive it.
    PageOnScreen(std::size_t page, const Terminal& terminal);

    // Looks at the screen once more; true when every row has been seen.
    bool whole();

    // Returns a bit for each row not seen; of all rows while the page's end is not seen either.
    [[nodiscard]] std::uint32_t missing() const;

    // Returns the row that ends the page; empty until it is seen.
    [[nodiscard]] const std::optional<PageEnd>& end() const noexcept { return end_; }

    // Returns the page's text. Precondition: whole().
    [[nodiscard]] std::string text() const;

private:
    static constexpr int full_page = 20;

    char letter_;
    const Terminal& terminal_;
    std::array<std::optional<std::string>, full_page> rows_;
    std::optional<PageEnd> end_;
};

} // namespace rdpsweep::serial
