// The table of names, from the HTML Living Standard, section 13.5 (Named character references).
#include "core/entities.hpp"

#include <array>

namespace rdpsweep {

namespace {

struct Named {
    std::string_view name;
    char32_t value;
};

constexpr std::array ascii{
    Named{"Tab", '\t'},         Named{"NewLine", '\n'},
    Named{"excl", '!'},         Named{"quot", '"'},
    Named{"QUOT", '"'},         Named{"num", '#'},
    Named{"dollar", '$'},       Named{"percnt", '%'},
    Named{"amp", '&'},          Named{"AMP", '&'},
    Named{"apos", '\''},        Named{"lpar", '('},
    Named{"rpar", ')'},         Named{"ast", '*'},
    Named{"midast", '*'},       Named{"plus", '+'},
    Named{"comma", ','},        Named{"period", '.'},
    Named{"sol", '/'},          Named{"colon", ':'},
    Named{"semi", ';'},         Named{"lt", '<'},
    Named{"LT", '<'},           Named{"equals", '='},
    Named{"gt", '>'},           Named{"GT", '>'},
    Named{"quest", '?'},        Named{"commat", '@'},
    Named{"lsqb", '['},         Named{"lbrack", '['},
    Named{"bsol", '\\'},        Named{"rsqb", ']'},
    Named{"rbrack", ']'},       Named{"Hat", '^'},
    Named{"lowbar", '_'},       Named{"UnderBar", '_'},
    Named{"grave", '`'},        Named{"DiacriticalGrave", '`'},
    Named{"lcub", '{'},         Named{"lbrace", '{'},
    Named{"verbar", '|'},       Named{"vert", '|'},
    Named{"VerticalLine", '|'}, Named{"rcub", '}'},
    Named{"rbrace", '}'},       Named{"euro", 0x20AC},
};

// U+00A0 to U+00FF, in their order.
constexpr std::array<std::string_view, 96> latin{
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",
    "copy",   "ordf",   "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn",
    "sup2",   "sup3",   "acute",  "micro",  "para",   "middot", "cedil",  "sup1",   "ordm",
    "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",  "Atilde",
    "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",   "Igrave",
    "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde",
    "Ouml",   "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",
    "szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil",
    "egrave", "eacute", "ecirc",  "euml",   "igrave", "iacute", "icirc",  "iuml",   "eth",
    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave",
    "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};

} // namespace

std::optional<char32_t> entity(std::string_view name) noexcept {
    for (const auto& row : ascii) {
        if (row.name == name) return row.value;
    }
    for (std::size_t at = 0; at < latin.size(); ++at) {
        if (latin[at] == name) return static_cast<char32_t>(0xA0 + at);
    }
    return {};
}

} // namespace rdpsweep
