// Wrapping of sentences, in languages with spaces between words and in those without.
#include "core/columns.hpp"
#include "scanner/talk/talk.hpp"

namespace rdpsweep {

namespace {

// Marks that must not begin a line stay with what is before them; those that must not end one,
// with what comes after (Unicode UAX 14, classes CL and OP, as far as the catalogues use them).
constexpr std::string_view closing = "，。；：、！？）」』】…";
constexpr std::string_view opening = "（「『【";

// Returns how much of text must stay on one line: a word, or one wide character with its marks.
std::size_t piece(std::string_view text) {
    std::size_t end = 0;
    bool bound = false; // what comes next may not be parted from what is before
    while (end < text.size() && text[end] != ' ') {
        const auto [code, length] = front(text.substr(end));
        const auto mark = text.substr(end, length);
        const bool wide = columns_of(code) == 2;
        const bool closes = wide && closing.find(mark) != closing.npos;
        if (end > 0 && !bound && !closes && wide) break;
        bound = wide && opening.find(mark) != opening.npos;
        end += length;
        if (!wide || bound) continue;
        // A wide character ends a piece, unless a closing mark follows.
        if (end >= text.size() || text[end] == ' ') break;
        const auto next = front(text.substr(end));
        if (closing.find(text.substr(end, next.second)) == closing.npos ||
            columns_of(next.first) != 2)
            break;
    }
    return end;
}

} // namespace

TerminalText wrapped(std::string_view text, std::size_t indent, std::size_t width) {
    std::string out;
    std::size_t used = 0;
    bool space = false;
    while (!text.empty()) {
        if (text.front() == ' ') {
            space = true;
            text.remove_prefix(1);
            continue;
        }
        const auto next = text.substr(0, piece(text));
        const std::size_t gap = space && used > 0 ? 1 : 0;
        if (used > 0 && used + gap + columns(next) > width) {
            out += '\n';
            used = 0;
        }
        out.append(used == 0 ? indent : gap, ' ');
        used += (used == 0 ? indent : gap) + columns(next);
        out += next;
        space = false;
        text.remove_prefix(next.size());
    }
    return printable_lines(out.empty() ? out : out + '\n');
}

} // namespace rdpsweep
