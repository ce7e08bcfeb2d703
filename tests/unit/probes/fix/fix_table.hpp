// Says in one line what a fix would do on a host, for tables.
#pragma once

#include "core/facts.hpp"
#include "probes/fix/fix.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace rdpsweep::test {

// Runs the fix's own rules on the facts, and prepares the fix for what they find. Returns the
// changes as they travel to a host ("kind|place|name|before|after\n" each), or the refusal's key
// with its arguments: "fix.refused.vital service=WinRM".
std::string done_by(std::string_view fix, const Facts& facts, const FixChoices& choices = {});

// The same for a finding of that key.
std::string done_for(
    std::string_view fix, const Facts& facts, const std::string& key, const FixChoices& choices = {}
);

using Break = void (*)(Facts&);

struct FixRow {
    const char* what;
    Break change;
    std::string done; // as done_for() says it
};

// Checks each row: a healthy host with base's damage and the row's.
void check_fix(const char* fix, const char* key, Break base, std::initializer_list<FixRow> rows);

} // namespace rdpsweep::test
