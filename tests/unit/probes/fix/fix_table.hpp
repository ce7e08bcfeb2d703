// Says in one line what a fix would do on a host, for tables.
#pragma once

#include "core/facts.hpp"
#include "probes/fix/fix.hpp"

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

} // namespace rdpsweep::test
