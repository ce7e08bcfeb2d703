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

std::string_view Difference::state_of(const GroupKey& group) const {
    const auto found = kinds.find(group);
    if (found == kinds.end() || found->second.before == 0) return "new";
    const auto& kind = found->second;
    if (kind.after == 0) return kind.unverified > 0 ? "unchanged" : "absent";
    return kind.before == kind.after && kind.both == kind.after ? "unchanged" : "updated";
}

HostWord Difference::word_of(const HostResult& host) const {
    const auto* changed_host = at(host.index);
    return changed_host == nullptr ? HostWord::same : changed_host->word;
}

} // namespace rdpsweep
