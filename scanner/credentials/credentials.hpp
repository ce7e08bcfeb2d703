// Where secrets come from, and the store that fetches each of them once.
#pragma once

#include "core/result.hpp"
#include "core/secret.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rdpsweep {

struct FromEnvironment {
    std::string variable;
};

// Refers to a variable that holds a secret, and hides it from every program that is started from
// now on.
FromEnvironment from_environment(std::string variable);

// The file must be ours and closed to everybody else (mode 0600 or stricter). Its first line is
// the password.
struct FromFile {
    std::string path;
};

// A credential that systemd hands to a unit (LoadCredential=NAME:PATH): the file NAME below
// $CREDENTIALS_DIRECTORY, closed to everybody else. Its first line is the password.
struct FromSystemd {
    std::string name;
};

// Tells whether systemd may call a credential so: the name of a file, without a slash or a colon.
bool is_systemd_name(std::string_view name) noexcept;

// Run without a shell; the first line it prints is the password.
struct FromCommand {
    std::vector<std::string> argv;
};

// Asked for on the terminal, without echo.
struct FromPrompt {};

using PasswordSource =
    std::variant<std::monostate, FromEnvironment, FromFile, FromSystemd, FromCommand, FromPrompt>;

// A PEM text, all of it.
using PemSource = std::variant<std::monostate, FromEnvironment, FromFile, FromSystemd>;

// A credential as the inventory names it; holds no secret.
struct CredentialSpec {
    std::string name;
    std::string username;
    PasswordSource password;
    PemSource certificate; // with key, instead of a password: TLS client authentication
    PemSource key;
    std::string ssh_key;           // path of a private key, for SSH
    PasswordSource ssh_passphrase; // of ssh_key; empty: it is not encrypted
    bool agent = false;            // for SSH: the agent's keys
    bool kerberos = false;         // tickets obtained outside (kinit) instead of a password
    std::string ccache;            // with kerberos: the cache; empty: the default one
    std::string origin;            // "fleet.yaml:3:5", for messages
    bool implied = false; // only its user was given: one with the same user stands in for it
};

// Returns "environment variable RDPSWEEP_PASSWORD", "file /etc/…", "systemd credential fleet",
// "command az", "prompt", "client certificate", "Kerberos cache", or "nothing"; never a secret.
std::string describe(const CredentialSpec& spec);

struct CredentialLimits {
    std::chrono::milliseconds command{30'000}; // a vault's CLI is slow at its first start
    std::size_t bytes = 64u << 10;             // of a file or a command's output
    std::string terminal = "/dev/tty";         // where a prompt asks
};

// Resolves lazily, once per name, and remembers failures too: a vault that said no is not asked
// again for every host. Blocking (files, commands, the terminal), so call get() before the loop
// runs, from one thread.
class CredentialStore {
public:
    explicit CredentialStore(std::vector<CredentialSpec> specs, CredentialLimits limits = {});

    // Returns the credential, valid as long as the store. Error{config, ...} says why there is
    // none: access_denied (a file open to others), timed_out, nonzero_exit, malformed_output
    // (empty), unsupported. No error text ever holds a part of the secret.
    Result<const Credential*> get(std::string_view name);

    [[nodiscard]] const std::vector<CredentialSpec>& specs() const noexcept { return specs_; }

private:
    std::vector<CredentialSpec> specs_;
    CredentialLimits limits_;
    std::map<std::string, Result<Credential>, std::less<>> known_;
};

} // namespace rdpsweep
