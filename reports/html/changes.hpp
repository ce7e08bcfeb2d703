// What changed between two runs, as parts of a page.
#pragma once

#include "reports/changes/difference.hpp"
#include "reports/html/markup.hpp"

namespace rdpsweep::html {

// Returns a table of the words that hosts have, and the sum below it.
Html change_words(const Words& words, const Difference& difference);

// Returns the section of a report that knows another run: what is new, and that table.
Html change_section(const Words& words, const Difference& difference);

} // namespace rdpsweep::html
