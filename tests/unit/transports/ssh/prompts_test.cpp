// Which questions of keyboard-interactive the password answers, and accounts that may run nothing.
#include "tests/support/catch.hpp"
#include "transports/ssh/barred.hpp"
#include "transports/ssh/prompts.hpp"

#include <vector>

using namespace rdpsweep;
using namespace rdpsweep::ssh;

namespace {

Wanted one(std::string_view text, bool given = false, bool echo = false) {
    const std::vector<Prompt> prompts{{text, echo}};
    const std::string answered = "Password: ";
    return read_prompts(prompts, "", given ? &answered : nullptr);
}

std::string barred(std::string out, std::string err = "") {
    CommandOutput output;
    output.out = std::move(out);
    output.err = std::move(err);
    output.exit_code = 1;
    const auto error = read_barred(output);
    if (!error) return "";
    CHECK(error->code() == Errc::blocked_by_policy);
    CHECK(error->phase() == Phase::run);
    CHECK(error->native() == "exit 1");
    CHECK_FALSE(error->hint().empty());
    return std::string(error->detail());
}

} // namespace

TEST_CASE("ssh prompts: one question without echo is the password's, in any language", "[ssh]") {
    CHECK(one("Password: ") == Wanted::password);
    CHECK(one("Passwort: ") == Wanted::password);
    CHECK(one("Password for decoder@web-01:") == Wanted::password);
    CHECK(one("CORP\\ops's password: ") == Wanted::password);
    CHECK(one("") == Wanted::password);
    const std::vector<Prompt> named{{"Password: ", false}};
    CHECK(read_prompts(named, "This host uses two-factor logon", nullptr) == Wanted::password);
    CHECK(read_prompts(named, "Accounts that expired ask the desk", nullptr) == Wanted::password);
    CHECK(read_prompts({}, "Your password will expire", nullptr) == Wanted::nothing);
}

TEST_CASE("ssh prompts: a second factor is not answered with the password", "[ssh]") {
    CHECK(one("Verification code: ") == Wanted::second_factor);
    CHECK(one("One-time password (OATH) for `ops': ") == Wanted::second_factor);
    CHECK(one("Passcode or option (1-3): ", false, true) == Wanted::second_factor);
    CHECK(one("Passcode: ", true) == Wanted::second_factor);
    CHECK(one("Sicherheitscode: ") == Wanted::second_factor);
    CHECK(one("YubiKey for `ops': ") == Wanted::second_factor);
    CHECK(one("Login: ", false, true) == Wanted::second_factor);
    const std::vector<Prompt> two{{"Password: ", false}, {"Pin: ", false}};
    CHECK(read_prompts(two, "", nullptr) == Wanted::second_factor);
    const std::vector<Prompt> bare{{"> ", false}};
    CHECK(read_prompts(bare, "Duo two-factor login for ops", nullptr) == Wanted::second_factor);
}

TEST_CASE("ssh prompts: what comes after the password", "[ssh]") {
    CHECK(one("New password: ", true) == Wanted::new_password);
    CHECK(one("Current password: ", true) == Wanted::new_password);
    CHECK(one("(current) UNIX password: ", true) == Wanted::more);
    CHECK(one("Neues Passwort: ", true) == Wanted::more);
    CHECK(one("LDAP password: ", true) == Wanted::more);
    CHECK(one("Password: ", true) == Wanted::again); // it was wrong
    const std::vector<Prompt> bare{{"> ", false}};
    const std::string answered = "Password: ";
    CHECK(
        read_prompts(bare, "You must change your password now.", &answered) == Wanted::new_password
    );
}

TEST_CASE("ssh accounts that run nothing: by what their server says instead", "[ssh]") {
    CHECK(
        barred("This service allows sftp connections only.\n") ==
        "the logon is good, but the host lets this account use SFTP only"
    );
    CHECK(
        barred("", "insufficient permission: only sftp\n") ==
        "the logon is good, but the host lets this account use SFTP only"
    );
    CHECK(
        barred("This account is currently not available.\n") ==
        "the logon is good, but the account is not available: its shell runs nothing"
    );
    CHECK(barred("powershell: command not found\n").empty());
    CHECK(barred("This service allows sftp connections only." + std::string(500, ' ')).empty());
}
