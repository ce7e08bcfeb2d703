// RFC 4180 rows, one at a time, with the place of every field.
#pragma once

#include "scanner/talk/problems.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

struct CsvField {
    std::string text;
    Position at;
};

// Reads comma-separated fields, optionally in double quotes ("" inside is one quote; commas and
// line ends inside belong to the field). Lines end with LF or CRLF; blank ones are skipped; a
// UTF-8 byte order mark (Excel writes one) is dropped.
class CsvRows {
public:
    explicit CsvRows(std::string_view text);

    // Fills row with the next record. False at the end or at a mistake.
    bool next(std::vector<CsvField>& row);

    // Returns the mistake for which next() returned false: a quote that does not close, or text
    // next to one, and where.
    [[nodiscard]] const std::optional<std::pair<Position, Mistake>>& mistake() const noexcept {
        return mistake_;
    }

private:
    [[nodiscard]] bool at_end() const noexcept { return at_ >= text_.size(); }

    [[nodiscard]] Position position() const noexcept;
    void skip_blank_lines();
    bool end_of_line();
    bool read_quoted(std::string& out);

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_start_ = 0;
    std::uint32_t line_ = 1;
    std::optional<std::pair<Position, Mistake>> mistake_;
};

} // namespace rdpsweep
