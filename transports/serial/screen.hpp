// What a VT100 of 24 rows and 80 columns shows: the only honest way to read a console whose painter
// sends differences. The terminal itself is libvterm's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rdpsweep::serial {

inline constexpr int screen_rows = 24;
inline constexpr int screen_columns = 80;

class Screen {
public:
    Screen();
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    // Takes bytes of the console, cut anywhere. NUL is dropped: SAC strews it around prompts; so is
    // what is no UTF-8. Nothing in them is answered.
    void feed(std::string_view bytes);

    // Counts what was fed; rows are stamped with it.
    [[nodiscard]] std::uint64_t stamp() const noexcept;

    // Returns a row as UTF-8 without blanks at its end; row from 0.
    [[nodiscard]] std::string row(int row) const;

    // Returns the stamp of the last feed that painted in this row. A row that scrolls takes it
    // along.
    [[nodiscard]] std::uint64_t painted(int row) const noexcept;

    [[nodiscard]] int cursor_row() const noexcept;
    [[nodiscard]] int cursor_column() const noexcept;

    // Returns the rows from first to the cursor's as one text, without line ends.
    [[nodiscard]] std::string text_to_cursor(int first) const;

    // Tells whether the cursor was ever sent to a row and column since forget_addressing(): the
    // sign of a painter of differences.
    [[nodiscard]] bool addressed() const noexcept;
    void forget_addressing() noexcept;

    // Returns every row that is not blank, for logs and errors; at most 24 lines.
    [[nodiscard]] std::string dump() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace rdpsweep::serial
