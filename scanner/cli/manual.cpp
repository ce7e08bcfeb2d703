// Writes rows of the table of verbs in the macros of man(7).
#include "scanner/cli/manual.hpp"

#include "core/text.hpp"
#include "scanner/cli/program_words.hpp"

#include <algorithm>
#include <cctype>

namespace rdpsweep::cli {

namespace {

// Returns text with what roff would take for its own escaped. A hyphen becomes a minus, which can
// be copied into a shell.
std::string roff(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '\\':
            out += "\\e";
            break;
        case '-':
            out += "\\-";
            break;
        case '\'':
            out += "\\(aq";
            break;
        case '`':
            out += "\\(ga";
            break;
        case '^':
            out += "\\(ha";
            break;
        case '~':
            out += "\\(ti";
            break;
        default:
            out += c;
        }
    }
    return out;
}

// Returns a line of text. A dot in front would make it a macro.
std::string line_of(std::string_view text) {
    return (text.starts_with('.') ? "\\&" : "") + roff(text) + "\n";
}

bool ends_sentence(std::string_view word) {
    return word.ends_with('.') || word.ends_with('?') || word.ends_with('!');
}

// Returns prose, to be filled: a line a sentence, as roff wants it, and none too long to be read in
// the source.
std::string prose(std::string_view text) {
    constexpr std::size_t widest = 72;
    std::string out;
    std::string line;
    const auto flush = [&] {
        if (!line.empty()) out += line_of(line);
        line.clear();
    };
    std::string flat(text);
    std::replace(flat.begin(), flat.end(), '\n', ' ');
    for (const auto& word : split(flat, ' ')) {
        if (word.empty()) continue;
        if (!line.empty() && roff(line).size() + roff(word).size() > widest) flush();
        line += (line.empty() ? "" : " ") + word;
        if (ends_sentence(word)) flush();
    }
    flush();
    return out;
}

// Returns lines as they are, blank ones too.
std::string verbatim(std::string_view text) {
    std::string out = ".nf\n";
    for (const auto& line : split(text, '\n'))
        out += line_of(line);
    return out + ".fi\n";
}

std::string page_name(std::string_view verb) {
    std::string name = "rdpsweep";
    if (!verb.empty()) name += "-" + std::string(verb);
    std::replace(name.begin(), name.end(), ' ', '-');
    return name;
}

// Returns the first sentence, or its first part, without its end, as a page's NAME wants it.
std::string brief(std::string_view sentences) {
    auto text = std::string(sentences.substr(0, sentences.find_first_of(".:,")));
    std::replace(text.begin(), text.end(), '\n', ' ');
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

std::string head(std::string_view verb, std::string_view sentences, const Edition& edition) {
    const auto name = page_name(verb);
    std::string title;
    for (const char c : name)
        title += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return ".TH " + roff(title) + " 1 " + std::string(edition.day) + " \"rdpsweep " +
           std::string(edition.version) + "\" \"rdpsweep manual\"\n.SH NAME\n" + roff(name) +
           " \\- " + roff(brief(sentences)) + "\n";
}

std::string names_of(const Option& option) {
    std::string out;
    for (const auto& name : split(option.names, ','))
        out += (out.empty() ? "\\fB" : ", \\fB") + roff(name) + "\\fR";
    if (!option.type.empty()) out += " \\fI" + roff(option.type) + "\\fR";
    return out;
}

std::string paragraph(const std::string& term, std::string_view text) {
    return ".TP\n" + term + "\n" + prose(text);
}

std::string help_option() {
    return paragraph("\\fB\\-h\\fR, \\fB\\-\\-help\\fR", help_sentence);
}

std::string options_of(const Options& options) {
    std::vector<std::string_view> groups;
    for (const auto& option : options) {
        if (option.nameless()) continue;
        if (std::find(groups.begin(), groups.end(), option.group) == groups.end())
            groups.push_back(option.group);
    }
    std::string out = ".SH OPTIONS\n";
    for (const auto group : groups) {
        out += ".SS " + std::string(group) + "\n";
        for (const auto& option : options) {
            if (option.group == group && !option.nameless())
                out += paragraph(names_of(option), option.help);
        }
    }
    return out + ".SS Help\n" + help_option();
}

std::string synopsis(std::string_view verb, const Options& options) {
    auto out = ".SH SYNOPSIS\n.B " + roff("rdpsweep " + std::string(verb)) + "\n";
    for (const auto& option : options) {
        if (!option.nameless()) continue;
        out += "\\fI" + roff(option.names) + "\\fR" + (option.repeatable() ? " ...\n" : "\n");
    }
    return out + "[\\fIoptions\\fR]\n";
}

// Returns a line a word that has to be given.
std::string words_of(const Options& options) {
    std::string out;
    for (const auto& option : options) {
        if (!option.nameless()) continue;
        out += paragraph("\\fI" + roff(option.names) + "\\fR", option.help);
    }
    return out;
}

std::string see_also(std::string_view verb) {
    if (verb.empty()) return {};
    return ".SH SEE ALSO\n.BR rdpsweep (1)\n";
}

std::string verb_page(const Verb& verb, const Options& options, const Edition& edition) {
    auto text = head(verb.name, verb.sentence, edition) + synopsis(verb.name, options);
    text += ".SH DESCRIPTION\n" + prose(verb.sentence) + words_of(options) + options_of(options);
    return text + ".SH NOTES\n" + verbatim(verb.footer) + see_also(verb.name);
}

// Returns the page of the program (first: "") or of a first word, which list the verbs below it.
std::string
list_page(std::string_view first, std::string_view sentences, Verbs verbs, const Edition& edition) {
    const auto name = std::string(first);
    auto text = head(first, sentences, edition) + ".SH SYNOPSIS\n.B " +
                roff("rdpsweep" + (name.empty() ? "" : " " + name)) +
                "\n\\fIverb\\fR [\\fIoptions\\fR]\n.SH DESCRIPTION\n" + prose(sentences) +
                ".SH VERBS\n";
    for (const auto& verb : verbs) {
        const bool listed = name.empty() || verb.name.starts_with(name + " ");
        if (!listed || !verb.ask) continue;
        text += paragraph("\\fB" + roff(verb.name) + "\\fR", verb.sentence);
    }
    text += ".SH OPTIONS\n" + help_option();
    if (!name.empty()) return text + see_also(first);
    text += paragraph("\\fB\\-\\-version\\fR", version_sentence);
    return text + ".SH NOTES\n" + verbatim(program_footer);
}

} // namespace

std::vector<ManualPage> manual_pages(Verbs verbs, const CliNames& names, const Edition& edition) {
    std::vector<ManualPage> pages;
    pages.push_back({page_name(""), list_page("", program_sentences, verbs, edition)});
    for (const auto& verb : verbs) {
        auto text = verb.ask ? verb_page(verb, verb.ask(names).options, edition)
                             : list_page(verb.name, verb.sentence, verbs, edition);
        pages.push_back({page_name(verb.name), std::move(text)});
    }
    return pages;
}

} // namespace rdpsweep::cli
