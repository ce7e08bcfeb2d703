// Exchanges keys, weighs the server's, logs in, and tells what the server was shown.
#include "transports/ssh/entrance.hpp"

#include "transports/ssh/identity.hpp"
#include "transports/ssh/login.hpp"

#include <cstdlib>
#include <utility>

namespace rdpsweep::ssh {

Task<Entry>
Entrance::come_in(Link& link, const Stop& stop, HostDeadline& deadline, Attempt& attempt) const {
    const auto lines = known_.about(stop.address, stop.port);
    std::vector<std::string> types;
    for (const auto* line : lines.all())
        types.push_back(line->type);
    Entry entry;
    entry.status = co_await link.handshake(types, deadline);
    if (entry.status) entry.status = check_key(link, stop, lines, attempt);
    if (!entry.status) co_return entry;
    LoginOptions options;
    options.user = stop.who();
    options.may_send_password = stop.may_send_password;
    if (const char* agent = std::getenv("SSH_AUTH_SOCK")) options.agent_path = agent;
    Login login(link, stop.credential, std::move(options), attempt);
    entry.status = co_await login.run(deadline);
    entry.proof_shown = login.proof_shown();
    entry.password_shown = login.password_shown();
    co_return entry;
}

Status Entrance::check_key(
    const Link& link, const Stop& stop, const HostLines& lines, Attempt& attempt
) const {
    HostKey key;
    key.blob = link.host_key();
    key.endpoint = stop.address + ":" + std::to_string(stop.port);
    key.pin = stop.pin;
    auto trust = decide_key(key, lines, services_.trust);
    if (!trust) return std::move(trust).error();
    const auto note = [&](const char* text) {
        attempt.notes.push_back(rdpsweep::Message{text, {{"key", fingerprint(key.blob)}}});
    };
    if (*trust == TrustBasis::insecure) note("note.ssh_insecure");
    if (*trust == TrustBasis::first_use) note("note.ssh_first_use");
    return {};
}

} // namespace rdpsweep::ssh
