// Holds the constructors of Script and ScriptInput, which compute a hash and draw a nonce.
#include "core/digest.hpp"
#include "transports/transport.hpp"

#include <utility>

namespace rdpsweep {

Script::Script(std::string_view name, std::string_view powershell, Effect effect)
    : name_(name), text_(powershell), effect_(effect), sha256_(sha256_hex(powershell)) {}

ScriptInput::ScriptInput(std::string nonce, std::string arguments, OutputWatch whole)
    : nonce_(std::move(nonce)), arguments_(std::move(arguments)), whole_(std::move(whole)) {}

} // namespace rdpsweep
