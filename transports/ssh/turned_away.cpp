// Knows the two lines of sshd, and words what to do about them.
#include "transports/ssh/turned_away.hpp"

#include "core/foreign_text.hpp"
#include "core/text.hpp"

namespace rdpsweep::ssh {

namespace {

constexpr std::size_t shown_line = 80;

} // namespace

Turned read_refusal(std::string_view line) {
    const auto said = ascii_lower(line);
    const auto has = [&said](const char* words) { return said.find(words) != std::string::npos; };
    if (has("maxstartups") || has("too many connections")) return Turned::too_many;
    return has("not allowed at this time") ? Turned::penalty : Turned::none;
}

Error turned_away(const std::string& line) {
    const auto why = read_refusal(line);
    const auto said = foreign_text(line, shown_line);
    if (why == Turned::too_many) {
        return Error(Phase::tls, Errc::throttled, "the host turns connections away: " + said)
            .with_pause(pause_of(why))
            .with_hint("too many connections to its sshd have not logged in yet: lower --jobs, or "
                       "raise MaxStartups and PerSourceMaxStartups there");
    }
    if (why == Turned::penalty) {
        return Error(Phase::tls, Errc::throttled, "the host turns this address away: " + said)
            .with_pause(pause_of(why))
            .with_hint("its sshd (OpenSSH 9.8 or later) holds failed logons against this address: "
                       "wait, or name it in PerSourcePenaltyExemptList there");
    }
    return Error(
        Phase::tls,
        Errc::peer_closed,
        "the host closed the connection before it said its version; it said: " + said
    );
}

} // namespace rdpsweep::ssh
