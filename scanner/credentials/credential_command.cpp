// Asks a command (a vault's client) for a password.
#include "core/text.hpp"
#include "scanner/credentials/credential_sources.hpp"
#include "scanner/system/child_process.hpp"

namespace rdpsweep {

Result<Secret> password_from(const FromCommand& source, const CredentialLimits& limits) {
    if (source.argv.empty()) {
        return Error(Phase::config, Errc::unsupported, "the password command is empty");
    }
    // Only the program's name: an argument might be a token.
    const auto where = "the password command " + printable(source.argv.front());
    auto text = run_program(source.argv, {limits.command, limits.bytes}, where);
    if (!text) return std::move(text).error();
    return first_line(*text, "the output of " + where);
}

} // namespace rdpsweep
