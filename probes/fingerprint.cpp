// Normalising evidence, by hand: the text is a stranger's, and std::regex recurses on long input.
#include "probes/fingerprint.hpp"

#include "core/digest.hpp"
#include "core/text.hpp"
#include "probes/reading/disk_view.hpp"

#include <algorithm>
#include <vector>

namespace rdpsweep {

namespace {

bool is_word(char c) {
    return is_hex_digit(c) || (c >= 'g' && c <= 'z') || (c >= 'G' && c <= 'Z') || c == '_';
}

std::size_t run_of(std::string_view text, bool (*accepts)(char)) {
    std::size_t length = 0;
    while (length < text.size() && accepts(text[length]))
        ++length;
    return length;
}

// Tells whether the bytes at the start of text look like shape: 'h' a hex digit, 'd' a digit, else
// itself.
bool has_shape(std::string_view text, std::string_view shape) {
    if (text.size() < shape.size()) return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool fits = shape[i] == 'h'   ? is_hex_digit(text[i])
                          : shape[i] == 'd' ? is_digit(text[i])
                                            : text[i] == shape[i];
        if (!fits) return false;
    }
    return true;
}

struct Match {
    std::size_t length = 0; // 0: none
    std::string_view stands_for;
};

Match match_guid(std::string_view text) {
    constexpr std::string_view shape = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
    return has_shape(text, shape) ? Match{shape.size(), "<guid>"} : Match{};
}

Match match_time(std::string_view text) {
    constexpr std::string_view day = "dddd-dd-dd";
    constexpr std::string_view time = "dddd-dd-ddTdd:dd:dd";
    if (!has_shape(text, day)) return {};
    if (!has_shape(text, time)) return {day.size(), "<time>"};
    std::size_t length = time.size();
    if (length < text.size() && text[length] == '.')
        length += 1 + run_of(text.substr(length + 1), is_digit);
    if (length < text.size() && text[length] == 'Z') ++length;
    return {length, "<time>"};
}

Match match_hash(std::string_view text) {
    constexpr std::size_t shortest = 32; // an MD5; masks and codes have 8 digits at most
    const std::size_t length = run_of(text, is_hex_digit);
    return length >= shortest ? Match{length, "<hash>"} : Match{};
}

// Matches S-1-5-21-x-y-z, the domain or machine; the relative id after it names the account.
Match match_domain_sid(std::string_view text) {
    constexpr std::string_view prefix = "S-1-5-21-";
    if (!text.starts_with(prefix)) return {};
    std::size_t at = prefix.size();
    for (int part = 0; part < 3; ++part) {
        const std::size_t digits = run_of(text.substr(at), is_digit);
        if (digits == 0) return {};
        at += digits;
        if (part < 2 && at < text.size() && text[at] == '-') ++at;
    }
    return {at, "S-1-5-21-<domain>"};
}

Match match_pid(std::string_view text) {
    constexpr std::string_view prefix = "pid ";
    if (!text.starts_with(prefix)) return {};
    const std::size_t digits = run_of(text.substr(prefix.size()), is_digit);
    return digits == 0 ? Match{} : Match{prefix.size() + digits, "pid <n>"};
}

Match match_v4(std::string_view text) {
    std::size_t at = 0;
    for (int part = 0; part < 4; ++part) {
        const std::size_t digits = run_of(text.substr(at), is_digit);
        if (digits == 0 || digits > 3) return {};
        at += digits;
        if (part == 3) break;
        if (at >= text.size() || text[at] != '.') return {};
        ++at;
    }
    const std::string_view address = text.substr(0, at);
    if (address == "0.0.0.0" || address.starts_with("127.")) return {};
    return {at, "<ip>"};
}

Match match_v6(std::string_view text) {
    const std::size_t length =
        run_of(text, [](char c) { return is_hex_digit(c) || c == ':' || c == '.'; });
    const std::string_view address = text.substr(0, length);
    if (std::count(address.begin(), address.end(), ':') < 2) return {};
    if (address == "::" || address == "::1") return {};
    return {length, "<ip>"};
}

Match match_name(std::string_view text, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (text.size() < name.size() || !iequals(text.substr(0, name.size()), name)) continue;
        if (text.size() == name.size() || !is_word(text[name.size()]))
            return {name.size(), "<host>"};
    }
    return {};
}

// Returns the names, longest first, so that a full name is not cut to its first label.
std::vector<std::string> names_of(const Facts& facts) {
    constexpr std::size_t shortest = 2;
    std::vector<std::string> names;
    if (facts.os) names = {facts.os->fqdn, facts.os->host};
    std::erase_if(names, [](const std::string& name) { return name.size() < shortest; });
    return names;
}

Match match_any(std::string_view text, const std::vector<std::string>& names) {
    for (auto* match :
         {match_guid, match_time, match_hash, match_domain_sid, match_pid, match_v4, match_v6}) {
        if (const Match found = match(text); found.length != 0) return found;
    }
    return match_name(text, names);
}

std::string replace_identities(std::string_view text, const std::vector<std::string>& names) {
    std::string out;
    std::size_t i = 0;
    while (i < text.size()) {
        // Only at the start of a word: the middle of a longer number is no identity.
        const bool starts = i == 0 || !is_word(text[i - 1]) || text[i - 1] == '_';
        const Match match = starts ? match_any(text.substr(i), names) : Match{};
        if (match.length == 0) {
            out += text[i++];
            continue;
        }
        out += match.stands_for;
        i += match.length;
    }
    return out;
}

// "/svc/3/start" is "/svc/*/start": the order of a list is the host's own.
std::string without_indexes(std::string_view pointer) {
    std::string out;
    for (const std::string& part : split(pointer, '/')) {
        const bool index = !part.empty() && run_of(part, is_digit) == part.size();
        out += (index ? "*" : part) + '/';
    }
    return out;
}

std::string normalised(const Evidence& evidence, const std::vector<std::string>& names) {
    const std::string fact = without_indexes(evidence.fact);
    // A certificate's subject names its owner.
    if (evidence.fact.ends_with("/subject")) return fact + "|<name>";
    return fact + "|" + replace_identities(evidence.observed, names) + "|" +
           replace_identities(evidence.expected, names);
}

// Tells whether the finding says why the host has its verdict. Of a host that is unknown, that is
// what was not learnt of what might be grave.
bool belongs_to_case(const Finding& finding, Verdict verdict) {
    if (finding.verdict >= Verdict::at_risk) return finding.severity != Severity::low;
    return verdict == Verdict::unknown && finding.verdict == Verdict::unknown &&
           finding.severity >= Severity::high;
}

} // namespace

std::string without_identities(std::string_view text, const Facts& facts) {
    return replace_identities(text, names_of(facts));
}

std::string fingerprint(
    const Facts& facts, Cause root_cause, Verdict verdict, std::span<const Finding> findings
) {
    const auto names = names_of(facts);
    std::string text;
    text += to_string(root_cause);
    text += '|';
    text += to_string(verdict);
    // That nothing was found on a disk is not the same as that a VM is well.
    if (read_from_disk(facts)) text += known_from_disk_alone(facts) ? "|disk" : "|disk, answers";
    for (const Finding& finding : findings) {
        if (!belongs_to_case(finding, verdict)) continue;
        text += '\n' + finding.rule + '|' + std::string(to_string(finding.verdict)) + '|' +
                finding.summary.key;
        std::vector<std::string> lines;
        for (const Evidence& evidence : finding.evidence)
            lines.push_back(normalised(evidence, names));
        std::sort(lines.begin(), lines.end());
        lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
        for (const std::string& line : lines)
            text += '\n' + line;
    }
    return sha256_hex(text);
}

} // namespace rdpsweep
