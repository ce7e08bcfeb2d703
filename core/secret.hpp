// Secrets that cannot be printed, copied or left behind in freed memory, and the credentials that
// carry them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace rdpsweep {

// Move-only, zeroised with OPENSSL_cleanse, not printable. While it lives, redact() takes it out of
// every text that comes from others.
class Secret {
public:
    explicit Secret(std::string plain);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    // Returns the plain text. Callers pass it on at once and never store it.
    [[nodiscard]] std::string_view reveal() const noexcept;

private:
    void forget() noexcept;

    std::string plain_;
};

// Returns a text of others with "[redacted]" for each living Secret, in whatever form it is in it:
// core/redaction.hpp. A text that holds one of fewer than 8 bytes is withheld whole: such a secret
// may be a word, and the gap in a sentence that everybody knows would tell which.
//
// Never for our own sentences: a password `wrong` would be told by the gap in them. What is to be
// shown of others' text enters by foreign_text() (core/foreign_text.hpp).
std::string redact(std::string_view foreign);

// Returns the same, but leaves secrets of fewer than 8 bytes in it: for data that is read again.
std::string redact_long(std::string_view foreign);

// Tells whether a living secret stands plainly in a JSON document: see holds_plainly().
bool holds_secret(std::string_view json);

// Forbids core dumps and ptrace of this process (PR_SET_DUMPABLE 0, RLIMIT_CORE 0). Called by the
// first Secret; idempotent.
void forbid_core_dumps() noexcept;

// Overwrites text with zeros before it is freed; for buffers that held a secret on the way.
void cleanse(std::string& text) noexcept;

struct Password {
    Secret value;
};

struct PrivateKey {
    Secret pem;
    Secret passphrase;
};

// What SSH accepts in addition to the proof that all transports know.
struct SshProof {
    std::optional<PrivateKey> key;
    bool agent = false; // ask the one at SSH_AUTH_SOCK
};

struct BearerToken {
    Secret value;
    std::chrono::system_clock::time_point expires;
};

// For TLS client authentication; both are PEM.
struct ClientCertificate {
    std::string chain; // the certificate first, then those that lead to its CA
    Secret key;
};

// Kerberos tickets obtained outside (kinit); empty path means the default cache.
struct CredentialCache {
    std::string path;
};

struct Credential {
    std::string name;
    std::string user; // DOMAIN\user, user@REALM or a local account's name
    // monostate: it has an SshProof only.
    std::variant<Password, BearerToken, CredentialCache, ClientCertificate, std::monostate> proof;
    SshProof ssh = {};
};

} // namespace rdpsweep
