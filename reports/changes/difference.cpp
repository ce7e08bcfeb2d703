// Looks up and checks the sums.
#include "reports/changes/difference.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

template <class Word>
std::size_t found(const std::map<Word, std::size_t>& counts, Word word) {
    const auto at = counts.find(word);
    return at == counts.end() ? 0 : at->second;
}

} // namespace

std::size_t Difference::of(HostWord word) const {
    return found(hosts, word);
}

std::size_t Difference::of(FindingWord word) const {
    return found(findings, word);
}

bool Difference::balanced() const {
    std::size_t worded = 0;
    for (const auto& [word, count] : hosts)
        worded += count;
    return worded == hosts_before + hosts_after - hosts_both && trouble_before == trouble_worded;
}

const ChangedHost* Difference::at(std::size_t index) const {
    const auto first = std::lower_bound(
        changed.begin(),
        changed.end(),
        index,
        [](const ChangedHost& host, std::size_t wanted) { return host.index < wanted; }
    );
    return first != changed.end() && first->index == index ? &*first : nullptr;
}

} // namespace rdpsweep
