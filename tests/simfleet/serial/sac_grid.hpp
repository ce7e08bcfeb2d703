// A screen of 24 rows and 80 columns as Windows' console and SAC keep it: one cell a character.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace simfleet {

class SacGrid {
public:
    static constexpr int rows = 24;
    static constexpr int columns = 80;

    SacGrid() { clear(); }

    // UTF-8 text with CR, LF and BS; wraps at width and scrolls. Other control characters are
    // dropped.
    void put(std::string_view text, int width = columns);
    void clear();

    [[nodiscard]] int row() const noexcept { return row_; }

    [[nodiscard]] int column() const noexcept { return column_; }

    // Without blanks at the end.
    [[nodiscard]] std::string line(int row) const;

    // SAC's flush of a whole channel (the public reimplementation's order): clear, home,
    // attributes, colours, all 24 rows with trailing blanks, the cursor's place.
    [[nodiscard]] std::string full_paint() const;

    // The fewest bytes that turn before into this one, as the console scraper of Server 2008 to
    // 2019 sends them: cursor addresses, changed runs, erasures of blank tails, the cursor.
    [[nodiscard]] std::string changes_since(const SacGrid& before) const;

    bool operator==(const SacGrid&) const = default;

private:
    using Row = std::array<char32_t, columns>;

    void new_line();
    [[nodiscard]] static int used(const Row& row) noexcept;

    std::array<Row, rows> cells_{};
    int row_ = 0;
    int column_ = 0;
};

} // namespace simfleet
