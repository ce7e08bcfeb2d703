// Encrypts and decrypts single messages with an established GSSAPI context. Computes only: nothing
// here blocks. Internal to gss.cpp and its tests.
#pragma once

#include "transports/winrm/gss.hpp"

struct gss_ctx_id_struct; // of gssapi.h

namespace rdpsweep::winrm {

// Seals a message. gss-ntlmssp has no gss_wrap_iov: its token is cut behind the signature. Kerberos
// has, and leaves the cipher text in one piece, which gss_wrap does not.
Result<SealedMessage>
seal_message(gss_ctx_id_struct* context, Mechanism mechanism, std::string_view plain);

// Opens a sealed message. Both mechanisms take header and data joined. Error{authenticate,
// protocol_violation} for what was changed, replayed or not encrypted.
Result<std::string>
unseal_message(gss_ctx_id_struct* context, std::string_view header, std::string_view data);

} // namespace rdpsweep::winrm
