// The places a password may come from, each read once, bounded, and cleansed behind itself.
#pragma once

#include "scanner/credentials/credentials.hpp"

#include <string>

namespace rdpsweep {

// How much of a source is meant.
enum class Extent { line, all };

// Reads a descriptor up to the first line end or the end, at most limit bytes. What it does not
// return is overwritten.
Result<std::string>
read_text(int descriptor, const std::string& where, std::size_t limit, Extent extent);

// Says what the system did not do, in the words of its errno.
Error system_error(Errc code, const std::string& what, int number);

// Fetches the password, or an Error{config, ...} that does not hold any of it. who names the
// credential in messages.
Result<Secret> password_from(const FromEnvironment& source, const CredentialLimits& limits);
Result<Secret> password_from(const FromFile& source, const CredentialLimits& limits);
// Reads the first line of a file that is a file, ours alone; what: "the password file".
Result<Secret>
line_from(const FromFile& source, const std::string& what, const CredentialLimits& limits);
Result<Secret> password_from(const FromSystemd& source, const CredentialLimits& limits);
Result<Secret> password_from(const FromCommand& source, const CredentialLimits& limits);

// Reads a credential of systemd as text.
Result<std::string>
text_from(const FromSystemd& source, const CredentialLimits& limits, Extent extent);

// Reads all of a PEM text. A key's file must be as private as a password's; a certificate is
// public.
enum class PemKind { certificate, key };
Result<Secret> pem_from(const PemSource& source, PemKind kind, const CredentialLimits& limits);
Result<Secret> ask_password(const std::string& who, const CredentialLimits& limits);

// Returns the first line of text (LF or CRLF ends it) as a secret; text is overwritten. An empty
// line or one with a NUL is an Error{config, malformed_output} about `where`.
Result<Secret> first_line(std::string& text, const std::string& where);

} // namespace rdpsweep
