// Holds the words in the order in which reports show them: what wants a person first.
#include "reports/changes/words.hpp"

#include <array>

namespace rdpsweep {

namespace {

constexpr std::array host_words{
    HostWord::worse,
    HostWord::became_unassessable,
    HostWord::still_unassessable,
    HostWord::reassessable,
    HostWord::rebuilt,
    HostWord::joined,
    HostWord::left,
    HostWord::changed,
    HostWord::better,
    HostWord::same,
    HostWord::skipped,
    HostWord::not_compared,
};

constexpr std::array finding_words{
    FindingWord::fresh,
    FindingWord::worsened,
    FindingWord::judged_first,
    FindingWord::unknown_now,
    FindingWord::known_again,
    FindingWord::changed_evidence,
    FindingWord::persisting,
    FindingWord::unverified_since,
    FindingWord::eased,
    FindingWord::fixed,
    FindingWord::unchanged,
};

} // namespace

std::span<const HostWord> all_host_words() noexcept {
    return host_words;
}

std::span<const FindingWord> all_finding_words() noexcept {
    return finding_words;
}

std::string_view to_string(HostWord word) noexcept {
    switch (word) {
    case HostWord::joined:
        return "joined";
    case HostWord::left:
        return "left";
    case HostWord::became_unassessable:
        return "became_unassessable";
    case HostWord::reassessable:
        return "reassessable";
    case HostWord::still_unassessable:
        return "still_unassessable";
    case HostWord::skipped:
        return "skipped";
    case HostWord::rebuilt:
        return "rebuilt";
    case HostWord::worse:
        return "worse";
    case HostWord::better:
        return "better";
    case HostWord::changed:
        return "changed";
    case HostWord::same:
        return "same";
    case HostWord::not_compared:
        return "not_compared";
    }
    return "not_compared";
}

std::string_view to_string(FindingWord word) noexcept {
    switch (word) {
    case FindingWord::fresh:
        return "new";
    case FindingWord::fixed:
        return "fixed";
    case FindingWord::persisting:
        return "persisting";
    case FindingWord::changed_evidence:
        return "changed_evidence";
    case FindingWord::worsened:
        return "worsened";
    case FindingWord::eased:
        return "eased";
    case FindingWord::unknown_now:
        return "unknown_now";
    case FindingWord::known_again:
        return "known_again";
    case FindingWord::judged_first:
        return "judged_first";
    case FindingWord::unverified_since:
        return "unverified_since";
    case FindingWord::unchanged:
        return "unchanged";
    }
    return "unchanged";
}

} // namespace rdpsweep
