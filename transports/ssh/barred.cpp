// Knows what OpenSSH's internal-sftp, nologin and restricted shells print.
#include "transports/ssh/barred.hpp"

#include "core/text.hpp"

#include <array>

namespace rdpsweep::ssh {

namespace {

constexpr std::size_t longest = 400; // they say one sentence

struct Sentence {
    std::string_view part; // in lower case
    bool sftp;
};

constexpr std::array<Sentence, 7> sentences{{
    {"sftp connections only", true}, // sshd, ForceCommand internal-sftp
    {"sftp only", true},
    {"only sftp", true},                           // rssh, scponly
    {"account is currently not available", false}, // nologin(8) of Debian
    {"account is not available", false},
    {"account is currently unavailable", false},
    {"account has been disabled", false},
}};

} // namespace

std::optional<Error> read_barred(const CommandOutput& output) {
    if (output.out.size() + output.err.size() > longest) return {};
    const auto said = ascii_lower(output.out + "\n" + output.err);
    for (const auto& sentence : sentences) {
        if (said.find(sentence.part) == std::string::npos) continue;
        if (sentence.sftp) {
            return Error(
                       Phase::run,
                       Errc::blocked_by_policy,
                       "the logon is good, but the host lets this account use SFTP only"
            )
                .with_native("exit " + std::to_string(output.exit_code))
                .with_hint("ForceCommand internal-sftp of its sshd_config does that: exempt the "
                           "account, or use another one");
        }
        return Error(
                   Phase::run,
                   Errc::blocked_by_policy,
                   "the logon is good, but the account is not available: its shell runs nothing"
        )
            .with_native("exit " + std::to_string(output.exit_code))
            .with_hint("give the account a shell (nologin is none), or use another one");
    }
    return {};
}

} // namespace rdpsweep::ssh
