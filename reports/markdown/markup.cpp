// Escapes what Markdown would take for markup, and leaves text readable where it would not.
#include "reports/markdown/markup.hpp"

#include "core/text.hpp"

namespace rdpsweep::markdown {

namespace {

constexpr std::size_t name_bytes = 60;

// Tells whether the character at a place of text would mean something to Markdown. Parentheses,
// commas and most full stops do not, and text that is read as it stands should stay readable.
bool means_something(std::string_view text, std::size_t at) {
    constexpr std::string_view anywhere = "\\`*_{}[]<>|~#!&$@";
    constexpr std::string_view at_the_start = "-+=";
    const char c = text[at];
    if (anywhere.find(c) != anywhere.npos) return true;
    if (at == 0 && at_the_start.find(c) != at_the_start.npos) return true;
    // GitHub makes links of bare addresses (GFM 6.9).
    if (c == ':') return text.substr(at + 1).starts_with('/');
    return c == '.' && at >= 3 && iequals(text.substr(at - 3, 3), "www");
}

} // namespace

// Every ASCII punctuation mark may stand behind a backslash, and then it is only itself (CommonMark
// 2.4). GitHub looks for mentions in the text that comes out: a zero-width space keeps them apart.
std::string escaped(std::string_view untrusted, std::size_t max_bytes) {
    const std::string text = printable(untrusted, max_bytes);
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (means_something(text, at)) out += '\\';
        out += text[at];
        if (text[at] == '@') out += "&#8203;";
    }
    return out;
}

// Returns a name in a code span: no character means anything there but the backtick, and in a table
// the bar.
std::string code(std::string_view untrusted) {
    std::string out = "`";
    for (const char c : printable(untrusted, name_bytes)) {
        if (c == '|') out += '\\';
        out += c == '`' ? '\'' : c;
    }
    return out + "`";
}

std::string row(const std::vector<std::string>& cells) {
    std::string out = "|";
    for (const auto& cell : cells)
        out += " " + cell + " |";
    return out + "\n";
}

} // namespace rdpsweep::markdown
