// Writes only the rows that changed, each from its first column.
#include "scanner/console/painter.hpp"

#include "core/text.hpp"

namespace rdpsweep {

namespace {

constexpr std::size_t longest_row = 400; // bytes of 80 columns

TerminalText to_place(int row, int column) {
    return "\x1b[" + printable(row + 1) + ";" + printable(column + 1) + "H";
}

} // namespace

TerminalText ScreenPainter::paint(const serial::Screen& screen, const std::string& status) {
    TerminalText out;
    if (!begun_) out = "\x1b[2J";
    for (int row = 0; row <= serial::screen_rows; ++row) {
        const bool ours = row == serial::screen_rows;
        auto text = printable(ours ? status : screen.row(row), longest_row);
        auto& shown = shown_[static_cast<std::size_t>(row)];
        if (begun_ && text == shown) continue;
        out += to_place(row, 0) + (ours ? "\x1b[7m" + text + "\x1b[0m" : text) + "\x1b[K";
        shown = std::move(text);
    }
    begun_ = true;
    return out + to_place(screen.cursor_row(), screen.cursor_column());
}

} // namespace rdpsweep
