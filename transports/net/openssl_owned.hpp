// OpenSSL's objects with an owner, and two functions about certificates that several folders need.
#pragma once

#include <memory>
#include <string>

struct bio_st;
struct evp_md_ctx_st;
struct evp_pkey_st;
struct x509_st;

namespace rdpsweep::net {

struct OpensslFree {
    void operator()(bio_st* bio) const noexcept;
    void operator()(evp_md_ctx_st* context) const noexcept;
    void operator()(evp_pkey_st* key) const noexcept;
    void operator()(x509_st* certificate) const noexcept;
};

template <class T>
using Owned = std::unique_ptr<T, OpensslFree>;

// Refuses, as the callback of OpenSSL's PEM readers: without it they would ask for a passphrase on
// the terminal, in the middle of a sweep.
int no_passphrase(char* buffer, int size, int writing, void* data);

// Returns the SHA-1 of the certificate's DER, as bytes; empty for none.
std::string sha1_of(const x509_st* certificate);

} // namespace rdpsweep::net
