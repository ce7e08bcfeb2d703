// Walks through the patterns of a field.
#include "transports/ssh/name_match.hpp"

#include "core/text.hpp"
#include "transports/ssh/hashed_name.hpp"

#include <algorithm>

namespace rdpsweep::ssh {

namespace {

constexpr std::size_t too_long = 1023; // characters of one pattern

// Matches as OpenSSH does: * is any text, ? one character. Linear in space and at most quadratic in
// time.
bool wildcard_match(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t]) &&
            pattern[p] != '*') {
            ++p;
            ++t;
        } else if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

std::string_view next_pattern(std::string_view& names) {
    const auto end = std::min(names.find(','), names.size());
    const auto pattern = names.substr(0, end);
    names.remove_prefix(std::min(end + 1, names.size()));
    return pattern;
}

} // namespace

bool names_match(std::string_view names, std::string_view name) {
    if (names.starts_with('|')) {
        const auto hashed = hashed_name(names);
        return hashed && NameHasher().matches(*hashed, name);
    }
    bool matched = false;
    while (!names.empty()) {
        auto pattern = next_pattern(names);
        const bool except = pattern.starts_with('!');
        if (except) pattern.remove_prefix(1);
        if (pattern.size() >= too_long) return false;
        if (pattern.empty() || !wildcard_match(ascii_lower(pattern), name)) continue;
        if (except) return false;
        matched = true;
    }
    return matched;
}

std::optional<std::vector<std::string>> plain_names(std::string_view names) {
    if (names.starts_with('|') || names.find_first_of("*?!") != std::string_view::npos) return {};
    std::vector<std::string> found;
    while (!names.empty()) {
        const auto pattern = next_pattern(names);
        if (pattern.size() >= too_long) return std::vector<std::string>{};
        if (!pattern.empty()) found.push_back(ascii_lower(pattern));
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

} // namespace rdpsweep::ssh
