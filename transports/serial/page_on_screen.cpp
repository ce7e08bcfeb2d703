// Looks for the page's rows by their letter, and keeps those that the screen has scrolled away.
#include "transports/serial/page_on_screen.hpp"

namespace rdpsweep::serial {

PageOnScreen::PageOnScreen(std::size_t page, const Terminal& terminal)
    : letter_(static_cast<char>('A' + page % 26)), terminal_(terminal) {}

bool PageOnScreen::whole() {
    for (int at = 0; at < screen_rows; ++at) {
        const auto row = read_page_row(terminal_.screen().row(at));
        if (!row || row->page != letter_) continue;
        if (row->row < 0) end_ = read_page_end(*row);
        if (row->row >= 0) rows_[static_cast<std::size_t>(row->row)] = row->text;
    }
    return end_.has_value() && missing() == 0;
}

std::uint32_t PageOnScreen::missing() const {
    std::uint32_t mask = 0;
    for (int at = 0; at < (end_ ? end_->rows : full_page); ++at)
        if (!rows_[static_cast<std::size_t>(at)]) mask |= 1u << at;
    return mask;
}

std::string PageOnScreen::text() const {
    std::string text;
    for (int at = 0; at < end_->rows; ++at)
        text += *rows_[static_cast<std::size_t>(at)];
    return text;
}

} // namespace rdpsweep::serial
