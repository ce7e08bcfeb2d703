// The verb console: one VM's serial console as a terminal.
#include "core/run_until.hpp"
#include "core/secret.hpp"
#include "core/spawn.hpp"
#include "core/text.hpp"
#include "scanner/azure/azure_plane.hpp"
#include "scanner/cli/binders.hpp"
#include "scanner/cli/scope_grammar.hpp"
#include "scanner/console/console_session.hpp"
#include "scanner/console/raw_terminal.hpp"
#include "scanner/scope/load_scope.hpp"
#include "scanner/store/audit.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/verbs.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <optional>
#include <unistd.h>

namespace rdpsweep {

namespace {

constexpr auto longest_session = std::chrono::hours(24);

int complain(const std::string& what, const std::string& hint) {
    write_err("rdpsweep: " + printable(what) + "\n  " + printable(hint) + "\n");
    return exit_usage;
}

// Returns the one that is meant: an ARM id, or a name of the scope that has one.
Result<Target> find_target(const ConsoleOptions& options) {
    if (options.target.starts_with("/subscriptions/")) {
        Target target;
        target.vm = options.target;
        const auto slash = options.target.rfind('/');
        target.name = options.target.substr(slash + 1);
        return target;
    }
    // No credential is needed to find it: the person types theirs.
    Speaker speaker(options.talk.quiet);
    auto inventory = load_scope(options.scope, speaker, ScopeUse::look_up);
    if (!inventory) {
        speaker.leave(inventory.end());
        return Error(Phase::inventory, Errc::unsupported, "the inventory is not usable");
    }
    for (auto& target : inventory->targets) {
        if (!iequals(target.name, options.target)) continue;
        if (!target.vm.empty()) return std::move(target);
        return Error(Phase::inventory, Errc::unsupported, "the target has no ARM id")
            .with_hint("give it vm: /subscriptions/...");
    }
    return Error(Phase::inventory, Errc::name_not_found, "the scope has no target of that name")
        .with_hint("see what it resolves to with `rdpsweep targets`");
}

int tell(const Error& error) {
    auto text = "rdpsweep: " + printable(error.detail());
    if (!error.native().empty()) text += " (" + printable(error.native()) + ")";
    if (!error.hint().empty()) text += "\n  " + printable(error.hint());
    write_err(text + "\n");
    return error.phase() == Phase::inventory || error.phase() == Phase::config ? exit_usage
                                                                               : exit_failed;
}

struct Ends {
    // As long as nobody said how it ended.
    std::optional<Error> error =
        Error(Phase::internal, Errc::bug, "the console's session was left on the way");
    bool done = false;
};

Task<void> attend(ConsoleSession& session, HostDeadline& deadline, Ends& ends) {
    // Also where an exception leaves it: nobody else would end the wait.
    struct Done {
        explicit Done(bool& said) noexcept : flag(said) {}

        Done(const Done&) = delete;
        Done& operator=(const Done&) = delete;

        ~Done() { flag = true; }

        bool& flag;
    };

    const Done on_every_way_out(ends.done);
    auto status = co_await session.run(deadline);
    ends.error.reset();
    if (!status) ends.error = std::move(status).error();
}

int open_console(const Target& target, const ConsoleOptions& options, AzurePlane& plane) {
    asio::io_context lane(1);
    Resolver resolver;
    Pacer pacer(limits::connects_per_second, 1);
    Services services{resolver, pacer, TrustPolicy{}};
    services.azure_ca_file = options.scope.azure.ca_file;
    HostDeadline deadline(lane.get_executor(), Clock::now() + longest_session);
    asio::signal_set signals(lane, SIGINT, SIGTERM, SIGHUP);
    signals.async_wait([&deadline](boost::system::error_code code, int) {
        if (!code) deadline.abort();
    });
    Ends ends;
    {
        const RawTerminal raw(STDIN_FILENO);
        ConsoleSession session(
            {lane.get_executor(), services, plane.arm(), target},
            {STDIN_FILENO, STDOUT_FILENO},
            {options.takeover, options.admin}
        );
        spawn(lane.get_executor(), attend(session, deadline, ends));
        // A lane that runs dry leaves the error that the session began with.
        (void)run_until(lane, [&ends] { return ends.done; });
    }
    if (!ends.error) return exit_ok;
    return tell(*ends.error);
}

} // namespace

cli::Options console_options(ConsoleOptions& asked, const CliNames& names) {
    using namespace cli;
    // A row an option.
    // clang-format off
    Options options{
        {"TARGET", "TEXT", "a target's name, or an ARM id", word(asked.target), group::word},
    };
    append(options, scope_options(asked.scope, names));
    append(
        options,
        {
            {"--takeover", "", "end the session of the person who is using it",
             flag(asked.takeover), group::console, Preset::never},
            {"--admin", "", "offer NMI and reset in the menu; both end Windows",
             flag(asked.admin), group::console, Preset::never},
            {"--audit-file", "FILE", "append a record to FILE",
             text(asked.audit_file), group::console},
        }
    );
    // clang-format on
    return options;
}

int run_console(const ConsoleOptions& options) {
    forbid_core_dumps();
    if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) {
        return complain(
            "console needs a terminal", "for a sweep: rdpsweep scan --transport serial"
        );
    }
    const auto target = find_target(options);
    if (!target) return tell(target.error());
    auto plane = AzurePlane::open(options.scope.azure);
    if (!plane) return tell(plane.error());
    auto audit = AuditLog::open(options.audit_file);
    if (!audit) return tell(audit.error());
    auto recorded = audit->console(*target, (*plane)->arm().describe());
    if (!recorded) return tell(recorded.error());
    return open_console(*target, options, **plane);
}

} // namespace rdpsweep
