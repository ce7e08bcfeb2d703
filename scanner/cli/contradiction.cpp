#include "scanner/cli/contradiction.hpp"

namespace rdpsweep {

namespace {

std::string wrong_credential(const CommandLineCredential& given) {
    const int sources = (given.password_env.empty() ? 0 : 1) +
                        (given.password_file.empty() ? 0 : 1) + (given.password_prompt ? 1 : 0) +
                        (given.kerberos ? 1 : 0);
    constexpr auto names = "--password-prompt, --password-file, --password-env or --kerberos";
    if (!given.name.empty() && (sources > 0 || !given.user.empty())) {
        return "--credential stands alone: the inventory says its user and password";
    }
    if (sources > 1) return std::string("only one of ") + names;
    if (!given.user.empty() && sources == 0) return std::string("--user needs ") + names;
    if (given.user.empty() && sources > 0 && !given.kerberos) return "a password needs --user";
    return {};
}

} // namespace

std::string contradiction(const CommandLine& line) {
    const bool sweeps = line.verb == Verb::scan || line.verb == Verb::check;
    const auto& scope = line.verb == Verb::targets  ? line.targets.scope
                        : line.verb == Verb::doctor ? line.doctor.scope
                                                    : line.scan.scope;
    const bool empty = scope.inventories.empty() && scope.targets.empty() && !scope.azure.wanted();
    if (empty && (line.verb == Verb::targets ||
                  (sweeps && line.scan.resume.empty() && line.scan.rerun.empty()))) {
        return "no targets: give -i FILE, -t HOST or --subscription ID";
    }
    if (!line.scan.resume.empty() && !line.scan.rerun.empty()) {
        return "--resume goes on with a run, --rerun begins one: give one of them";
    }
    if (line.scan.insecure && line.scan.pin_on_first_use) {
        return "--insecure accepts any certificate, so there is nothing to --pin-on-first-use";
    }
    return wrong_credential(scope.credential);
}

} // namespace rdpsweep
