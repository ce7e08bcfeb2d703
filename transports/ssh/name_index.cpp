// Sorts lines into those that are looked up and those that are compared.
#include "transports/ssh/name_index.hpp"

#include "transports/ssh/name_match.hpp"

#include <algorithm>

namespace rdpsweep::ssh {

void NameIndex::add(std::size_t line, std::string_view names) {
    if (const auto plain = plain_names(names)) {
        for (const auto& name : *plain)
            plain_[name].push_back(line);
    } else if (!names.starts_with('|')) {
        patterns_.push_back({line, std::string(names)});
    } else if (auto hashed = hashed_name(names)) {
        hashed_.push_back({line, *std::move(hashed)});
    }
}

std::vector<std::size_t> NameIndex::about(std::string_view name) const {
    std::vector<std::size_t> lines;
    if (const auto found = plain_.find(name); found != plain_.end()) lines = found->second;
    for (const auto& compared : patterns_)
        if (names_match(compared.names, name)) lines.push_back(compared.line);
    if (!hashed_.empty()) {
        const NameHasher hasher;
        for (const auto& compared : hashed_)
            if (hasher.matches(compared.name, name)) lines.push_back(compared.line);
    }
    std::sort(lines.begin(), lines.end()); // as in the file: of two that decide the first is told
    return lines;
}

} // namespace rdpsweep::ssh
