// Scripts as a shell's environment carries them: escaped once, sent to all hosts from one place.
#pragma once

#include "transports/transport.hpp"

#include <map>
#include <memory>
#include <string>

namespace rdpsweep::winrm {

// A script's variables. RDPSWEEP_SCRIPT has it; where it is too long for one variable it is in
// RDPSWEEP_SCRIPT0, RDPSWEEP_SCRIPT1 and so on.
struct ScriptVariables {
    std::size_t parts = 0;
    std::shared_ptr<const std::string> xml; // for ShellOptions::shared_environment
};

// Those of the scripts of a run, which are few and embedded.
class ScriptShelf {
public:
    const ScriptVariables& variables(const Script& script);

private:
    std::map<std::string, ScriptVariables, std::less<>> by_sha256_;
};

} // namespace rdpsweep::winrm
