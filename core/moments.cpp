// Looks for moments by hand: the text is a stranger's, and std::regex recurses on long input.
#include "core/moments.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

namespace rdpsweep {

namespace {

struct Match {
    std::size_t length = 0; // 0: none
    std::string_view stands_for;
};

bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::size_t digits_of(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && is_digit(text[length]))
        ++length;
    return length;
}

bool ends_word(std::string_view text, std::size_t at) {
    return at >= text.size() || !is_word(text[at]);
}

// Matches "2026-11-30T02:00:00Z", also with a blank for the T, a fraction, or no Z.
Match match_time(std::string_view text) {
    constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";
    if (text.size() < shape.size()) return {};
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool fits = shape[i] == 'd'   ? is_digit(text[i])
                          : shape[i] == 'T' ? text[i] == 'T' || text[i] == ' '
                                            : text[i] == shape[i];
        if (!fits) return {};
    }
    std::size_t length = shape.size();
    if (length < text.size() && text[length] == '.')
        length += 1 + digits_of(text.substr(length + 1));
    if (length < text.size() && text[length] == 'Z') ++length;
    return {length, "<time>"};
}

Match match_pid(std::string_view text) {
    constexpr std::string_view prefix = "pid ";
    if (!text.starts_with(prefix)) return {};
    const auto digits = digits_of(text.substr(prefix.size()));
    return digits == 0 ? Match{} : Match{prefix.size() + digits, "pid <n>"};
}

// Returns how long "12 s" or "4.2 s" at the start of text is; 0 when it begins otherwise.
std::size_t one_duration(std::string_view text) {
    constexpr std::array<std::string_view, 13> units{
        "ms",
        "s",
        "min",
        "h",
        "d",
        "second",
        "seconds",
        "minutes",
        "hour",
        "hours",
        "day",
        "days",
        "weeks"};
    auto at = digits_of(text);
    if (at == 0) return 0;
    if (at < text.size() && text[at] == '.') at += 1 + digits_of(text.substr(at + 1));
    if (at >= text.size() || text[at] != ' ') return 0;
    ++at;
    for (const auto unit : units) {
        const auto end = at + unit.size();
        if (text.substr(at).starts_with(unit) && ends_word(text, end)) return end;
    }
    return 0;
}

Match match_duration(std::string_view text) {
    auto length = one_duration(text);
    while (length != 0 && length < text.size() && text[length] == ' ') {
        const auto more = one_duration(text.substr(length + 1));
        if (more == 0) break;
        length += 1 + more;
    }
    return {length, "<duration>"};
}

Match match_events(std::string_view text) {
    constexpr std::string_view word = " events";
    const auto digits = digits_of(text);
    if (digits == 0 || !text.substr(digits).starts_with(word)) return {};
    if (!ends_word(text, digits + word.size())) return {};
    return {digits + word.size(), "<n> events"};
}

Match match_any(std::string_view text) {
    if (text.front() == 'p') return match_pid(text);
    if (!is_digit(text.front())) return {};
    for (auto* match : {match_time, match_duration, match_events}) {
        if (const Match found = match(text); found.length != 0) return found;
    }
    return {};
}

// Appends text without moments. Only the start of a word is looked at: the middle of a thumbprint
// is no time.
void add_steady(std::string& out, std::string_view text) {
    bool starts = true;
    for (std::size_t i = 0; i < text.size();) {
        const Match match = starts ? match_any(text.substr(i)) : Match{};
        if (match.length == 0) {
            starts = !is_word(text[i]);
            out += text[i++];
            continue;
        }
        out += match.stands_for;
        i += match.length;
        starts = false;
    }
}

// Appends "/svc/3/start" as "/svc/*/start": the order of a list is the host's own.
void add_pointer(std::string& out, std::string_view pointer) {
    while (!pointer.empty()) {
        const auto end = std::min(pointer.find('/', 1), pointer.size());
        const auto part = pointer.substr(1, end - 1);
        const bool index = !part.empty() && digits_of(part) == part.size();
        out += pointer.front();
        out += index ? std::string_view("*") : part;
        pointer.remove_prefix(end);
    }
}

std::string steady_line(const Evidence& evidence) {
    std::string line;
    add_pointer(line, evidence.fact);
    line += '|';
    const std::string_view fact = evidence.fact;
    if (fact.ends_with("/not_after") || fact.ends_with("/not_before")) {
        line += evidence.observed;
    } else if (!fact.ends_with("/disk_free_mb")) {
        add_steady(line, evidence.observed);
    }
    line += '|';
    add_steady(line, evidence.expected);
    return line;
}

} // namespace

std::string without_moments(std::string_view text) {
    std::string out;
    add_steady(out, text);
    return out;
}

std::string steady_text(const Finding& finding) {
    std::vector<std::string> lines;
    lines.reserve(finding.evidence.size());
    for (const Evidence& evidence : finding.evidence)
        lines.push_back(steady_line(evidence));
    std::sort(lines.begin(), lines.end());
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    auto text = finding.summary.key;
    for (const auto& line : lines)
        text += '\n' + line;
    return text;
}

std::uint64_t steady_hash(const Finding& finding) {
    return std::hash<std::string>{}(steady_text(finding));
}

} // namespace rdpsweep
