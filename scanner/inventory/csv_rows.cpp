// Reads one row after the other, quotes and line ends within fields included.
#include "scanner/inventory/csv_rows.hpp"

#include <algorithm>
#include <utility>

namespace rdpsweep {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

} // namespace

CsvRows::CsvRows(std::string_view text) : text_(text) {
    if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
}

Position CsvRows::position() const noexcept {
    return {line_, static_cast<std::uint32_t>(at_ - line_start_ + 1)};
}

// Steps over a line end at the current place, if there is one.
bool CsvRows::end_of_line() {
    const auto rest = text_.substr(at_);
    if (!rest.starts_with('\n') && !rest.starts_with("\r\n")) return false;
    at_ += rest.front() == '\r' ? 2 : 1;
    ++line_;
    line_start_ = at_;
    return true;
}

void CsvRows::skip_blank_lines() {
    while (!at_end() && end_of_line()) {
    }
}

// Reads from behind the opening quote to behind the closing one.
bool CsvRows::read_quoted(std::string& out) {
    const auto opened = position();
    ++at_;
    for (;;) {
        if (at_end()) {
            mistake_.emplace(
                opened, Mistake{"this quote is never closed", "write \" inside as \"\""}
            );
            return false;
        }
        const char c = text_[at_++];
        if (c != '"') {
            out += c;
            if (c == '\n') {
                ++line_;
                line_start_ = at_;
            }
        } else if (!at_end() && text_[at_] == '"') {
            out += '"';
            ++at_;
        } else {
            return true;
        }
    }
}

bool CsvRows::next(std::vector<CsvField>& row) {
    row.clear();
    skip_blank_lines();
    if (at_end()) return false;
    for (;;) {
        row.push_back({{}, position()});
        auto& field = row.back().text;
        const bool in_quotes = !at_end() && text_[at_] == '"';
        if (in_quotes) {
            if (!read_quoted(field)) return false;
        } else {
            const auto end = std::min(text_.find_first_of(",\n\"", at_), text_.size());
            field = text_.substr(at_, end - at_);
            at_ = end;
            // The CR of a CRLF belongs to the line end.
            if (field.ends_with('\r') && !at_end() && text_[at_] == '\n') {
                field.pop_back();
                --at_;
            }
        }
        if (at_end() || end_of_line()) return true;
        if (text_[at_] != ',') {
            mistake_.emplace(
                position(), Mistake{"a quote in the middle of a field", "quote the whole field"}
            );
            return false;
        }
        ++at_;
    }
}

} // namespace rdpsweep
