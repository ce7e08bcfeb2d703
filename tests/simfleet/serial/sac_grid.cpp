// Finds what changed since a grid was painted, since Windows sends differences and not screens.
#include "tests/simfleet/serial/sac_grid.hpp"

#include <algorithm>

namespace simfleet {

namespace {

std::string address(int row, int column) {
    return "\x1b[" + std::to_string(row + 1) + ";" + std::to_string(column + 1) + "H";
}

void add_utf8(char32_t c, std::string& out) {
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xc0 | c >> 6);
        out += static_cast<char>(0x80 | (c & 0x3f));
    } else {
        out += static_cast<char>(0xe0 | (c >> 12 & 0x0f));
        out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
        out += static_cast<char>(0x80 | (c & 0x3f));
    }
}

// One code point of at most three bytes; SAC's cells hold one UTF-16 unit.
char32_t take(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t size = first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    if (size == 1 || text.size() < size) {
        text.remove_prefix(1);
        return first < 0x80 ? first : U'?';
    }
    char32_t c = size == 3 ? first & 0x0fu : first & 0x1fu;
    for (std::size_t i = 1; i < size; ++i)
        c = c << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
    text.remove_prefix(size);
    return c;
}

} // namespace

void SacGrid::clear() {
    for (auto& row : cells_)
        row.fill(U' ');
    row_ = column_ = 0;
}

void SacGrid::new_line() {
    if (row_ + 1 < rows) {
        ++row_;
        return;
    }
    std::rotate(cells_.begin(), cells_.begin() + 1, cells_.end());
    cells_.back().fill(U' ');
}

void SacGrid::put(std::string_view text, int width) {
    width = std::clamp(width, 1, columns);
    while (!text.empty()) {
        const auto c = take(text);
        if (c == U'\r') {
            column_ = 0;
        } else if (c == U'\n') {
            new_line();
        } else if (c == U'\b') {
            column_ = std::max(0, column_ - 1);
        } else if (c >= 0x20) {
            cells_[static_cast<std::size_t>(row_)][static_cast<std::size_t>(column_)] = c;
            if (++column_ >= width) {
                column_ = 0;
                new_line();
            }
        }
    }
}

int SacGrid::used(const Row& row) noexcept {
    int end = columns;
    while (end > 0 && row[static_cast<std::size_t>(end - 1)] == U' ')
        --end;
    return end;
}

std::string SacGrid::line(int row) const {
    const auto& cells = cells_[static_cast<std::size_t>(row)];
    std::string out;
    for (int at = 0; at < used(cells); ++at)
        add_utf8(cells[static_cast<std::size_t>(at)], out);
    return out;
}

std::string SacGrid::full_paint() const {
    const std::string attributes = "\x1b[22m\x1b[25m\x1b[27m\x1b[40m\x1b[37m";
    std::string out = "\x1b[2J\x1b[1;1H\x1b[0m" + attributes;
    for (int at = 0; at < rows; ++at) {
        if (at > 0) out += address(at, 0);
        for (const auto cell : cells_[static_cast<std::size_t>(at)])
            add_utf8(cell, out);
    }
    return out + address(row_, column_) + attributes;
}

std::string SacGrid::changes_since(const SacGrid& before) const {
    std::string out;
    for (int at = 0; at < rows; ++at) {
        const auto& now = cells_[static_cast<std::size_t>(at)];
        const auto& then = before.cells_[static_cast<std::size_t>(at)];
        const int end = used(now);
        const bool shorter = used(then) > end;
        for (int column = 0; column < end; ++column) {
            if (now[static_cast<std::size_t>(column)] == then[static_cast<std::size_t>(column)])
                continue;
            out += address(at, column);
            while (column < end &&
                   now[static_cast<std::size_t>(column)] != then[static_cast<std::size_t>(column)])
                add_utf8(now[static_cast<std::size_t>(column++)], out);
        }
        if (shorter) out += address(at, end) + "\x1b[K";
    }
    if (!out.empty() || row_ != before.row_ || column_ != before.column_) {
        out += address(row_, column_);
    }
    return out;
}

} // namespace simfleet
