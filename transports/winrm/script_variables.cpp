// Cuts a script to what a variable of Windows holds.
#include "transports/winrm/script_variables.hpp"

#include "transports/winrm/wsman.hpp"

namespace rdpsweep::winrm {

namespace {

// Windows holds longest_variable characters a variable; its name, "=" and the terminating zero may
// count among them.
constexpr std::size_t variable_room = longest_variable - 64;

ScriptVariables variables_of(std::string_view text) {
    ScriptVariables made;
    made.parts = (text.size() + variable_room - 1) / variable_room;
    std::string xml;
    for (std::size_t i = 0; i < made.parts; ++i) {
        const auto number = made.parts == 1 ? std::string() : std::to_string(i);
        xml += variable("RDPSWEEP_SCRIPT" + number, text.substr(i * variable_room, variable_room));
    }
    made.xml = std::make_shared<const std::string>(std::move(xml));
    return made;
}

} // namespace

const ScriptVariables& ScriptShelf::variables(const Script& script) {
    const auto known = by_sha256_.find(script.sha256());
    if (known != by_sha256_.end()) return known->second;
    return by_sha256_.emplace(script.sha256(), variables_of(script.text())).first->second;
}

} // namespace rdpsweep::winrm
