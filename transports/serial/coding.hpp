// How bytes are typed at a console that drops or doubles equal neighbours, and how they are read
// off its screen. No I/O. The other half is loader.ps1 and pager.ps1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::serial {

// Returns the 65 symbols that we type: letters, digits, + - /.
std::string_view alphabet() noexcept;

// Whether a line can be typed without pauses: old console hosts lose or double a key that follows
// its equal.
constexpr bool no_equal_neighbours(std::string_view text) noexcept {
    for (std::size_t at = 1; at < text.size(); ++at)
        if (text[at] == text[at - 1]) return false;
    return true;
}

// Returns '#' and one symbol for each value below 64, then three for their check. A symbol is as
// far behind the one before as its value and one more, around the alphabet: neighbours are never
// equal, and 64 of 65 symbols are of use.
std::string coded_line(const std::vector<std::uint8_t>& values);

// Returns the lines that carry text, deflated, to the loader; first: the number of lines it has
// taken so far. The last line is empty and ends the text.
std::vector<std::string> transfer_lines(std::string_view text, std::size_t first);

// Returns lines of '#' and pairs of letters, 'A'-'P' for a byte's upper half and 'a'-'p' for its
// lower.
std::vector<std::string> letter_lines(std::string_view text);

// Returns a PowerShell text without comment lines, blank lines and indentation.
std::string stripped(std::string_view powershell);

// Returns the answer to page: rows is a mask of those wanted again.
std::string page_answer(std::size_t page, std::uint32_t rows);

// A row of a page as it stands on the screen.
struct PageRow {
    char page = 'A';
    int row = 0; // -1: the last one
    std::string text;
};

// Returns nothing for a line that is no whole row.
std::optional<PageRow> read_page_row(std::string_view line);

// What the last row of a page says.
struct PageEnd {
    int rows = 0;
    bool more = false;
    std::size_t bytes = 0; // of the deflated whole
    std::string hash;      // 16 hex digits of its SHA-256
};

std::optional<PageEnd> read_page_end(const PageRow& row);

} // namespace rdpsweep::serial
