// OpenSSL without what nobody here asks it for.
#pragma once

struct ossl_lib_ctx_st;

namespace rdpsweep {

// Returns a library context in which a public key is read at a fifth of the usual cost: OpenSSL 3
// looks through all decoders that its providers offer, and through all algorithms that a context
// has loaded, for every key it meets. This context has those decoders only that read the key of a
// certificate that TLS may authenticate, and lacks ciphers, MACs, derivations and kinds of keys
// that TLS has no use for (docs/adr/0041). All else is the default provider's own. For strict TLS
// and for certificates; other keys are read in the default context.
//
// Null, which OpenSSL takes for the default context, where that one was configured to be something
// else than the default provider (FIPS, say), or when there is no memory. Lives as long as the
// program; may be called by any thread.
ossl_lib_ctx_st* lean_library() noexcept;

} // namespace rdpsweep
