// The .cpp of openssl_owned.hpp, so that its header needs none of OpenSSL's.
#include "transports/net/openssl_owned.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace rdpsweep::net {

void OpensslFree::operator()(bio_st* bio) const noexcept {
    BIO_free(bio);
}

void OpensslFree::operator()(evp_md_ctx_st* context) const noexcept {
    EVP_MD_CTX_free(context);
}

void OpensslFree::operator()(evp_pkey_st* key) const noexcept {
    EVP_PKEY_free(key);
}

void OpensslFree::operator()(x509_st* certificate) const noexcept {
    X509_free(certificate);
}

int no_passphrase(char*, int, int, void*) {
    return -1;
}

std::string sha1_of(const x509_st* certificate) {
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (certificate == nullptr || X509_digest(certificate, EVP_sha1(), hash, &length) != 1) {
        return {};
    }
    return {reinterpret_cast<const char*>(hash), length};
}

} // namespace rdpsweep::net
