// The small pieces of wording that every readable report shares.
#pragma once

#include "core/outcome.hpp"
#include "reports/messages/catalogue.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace rdpsweep {

// Returns a note as said of many hosts at once: the sentence "KEY.fleet", which names no single
// host; the note's own where the catalogue has none.
std::string say_of_many(const Catalogue& messages, const Message& note);

// Returns the beginning and the end of a long text, most characters in all; for a column where an
// identifier must leave room for the sentence around it. text must be valid UTF-8.
std::string shortened(std::string_view text, std::size_t most);

// Says in one sentence what the hosts of a group have in common. Its values are made printable and
// long ones shortened: they are the first host's, and a key file's name would fill the line alone.
std::string summary(const Catalogue& messages, const Group& group);

// Returns a mark for each word, so that no reader depends on colour.
std::string_view glyph(Verdict verdict) noexcept;

// Returns "broken", "at risk", ... in the catalogue's language.
std::string word(const Catalogue& messages, Verdict verdict);

// Returns the same of a host that was assessed: where its disk alone speaks for it, "ok" is that
// nothing was found there, with a mark of its own.
std::string_view glyph(const HostResult& host) noexcept;
std::string word(const Catalogue& messages, const HostResult& host);

// Says of a host that was read from its disk since when its Windows is down; empty for any other.
std::string down_since(const Catalogue& messages, const HostResult& host);

// Says how many hosts are known by their disk alone, and what an "ok" of theirs means; empty where
// there are none.
std::string disks_sentence(const Catalogue& messages, const Totals& totals);

std::string word(const Catalogue& messages, Outcome outcome);

// Returns the name of a root cause for a heading; its enumerator where the catalogue has none.
std::string title(const Catalogue& messages, Cause cause);

// Returns 9412 as "9,412".
std::string grouped(std::size_t number);

// Returns "1 host", "9,412 hosts".
std::string hosts(const Catalogue& messages, std::size_t count);

// Says in one sentence what matters most about a fleet.
std::string headline(const Catalogue& messages, const Totals& totals);

// Returns what matters most about one host: the finding that decided, or why there is none. Holds
// text of the host as it came.
std::string verdict_sentence(const Catalogue& messages, const HostResult& host);

// Returns "812 ms", "4.2 s", "4 min 12 s", "2 h 5 min".
std::string duration(std::chrono::milliseconds took);

// Returns part of whole in per cent with one decimal, never rounded up to 100 or down to 0 while
// something is missing or present.
std::string percent(std::size_t part, std::size_t whole);

// Returns "web-01, web-02, web-03 +117" from the first few names and the count of all. Names are
// made printable.
std::string
some_names(const Catalogue& messages, const std::vector<std::string>& names, std::size_t count);

} // namespace rdpsweep
