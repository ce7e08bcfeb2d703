// Resolves a scope, and tells what is wrong with it.
#include "scanner/scope/load_scope.hpp"

#include "core/text.hpp"
#include "scanner/cli/names.hpp"
#include "scanner/scope/resolve_scope.hpp"
#include "scanner/talk/talk.hpp"

namespace rdpsweep {

Step<Inventory> load_scope(const ScopeOptions& scope, Speaker& speaker, ScopeUse use) {
    // Hidden before a program of the inventory runs.
    if (!scope.credential.password_env.empty())
        (void)from_environment(scope.credential.password_env);
    Problems problems;
    auto inventory = resolve_scope(scope, cli_names().transports, problems);
    if (problems.empty() && use == ScopeUse::log_on) require_credentials(inventory, problems);
    if (!problems.empty()) return EarlyEnd(to_text(problems), exit_usage);
    for (const auto& note : inventory.notes)
        speaker.say("rdpsweep: " + printable(note) + "\n");
    return inventory;
}

} // namespace rdpsweep
