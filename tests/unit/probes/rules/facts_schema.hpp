// Whether a pointer into the facts leads anywhere.
#pragma once

#include <string_view>

namespace rdpsweep::test {

// Tells whether docs/schema/facts-1.schema.json has a place of that name, or it is something that
// the decoder adds to the facts, such as a certificate's dates.
bool is_in_facts(std::string_view pointer);

} // namespace rdpsweep::test
