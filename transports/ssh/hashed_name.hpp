// Host names as ssh-keygen -H writes them into known_hosts: |1|salt|HMAC-SHA1 of the name.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_mac_ctx_st; // EVP_MAC_CTX of OpenSSL

namespace rdpsweep::ssh {

struct HashedName {
    std::string salt;
    std::string hash;
};

// Reads the first field of a line. Returns nothing where it is not exactly what ssh-keygen would
// write for that salt, whose length is that of the hash: OpenSSH compares the whole text.
std::optional<HashedName> hashed_name(std::string_view field);

// Tells which hashes are a name's. Each salt makes another hash of it, so they are tried one by
// one; what OpenSSL prepares for that is made once.
class NameHasher {
public:
    NameHasher();

    // Tells whether hashed is the hash of name.
    [[nodiscard]] bool matches(const HashedName& hashed, std::string_view name) const;

private:
    struct Free {
        void operator()(evp_mac_ctx_st* context) const noexcept;
    };

    std::unique_ptr<evp_mac_ctx_st, Free> context_; // null where OpenSSL has no HMAC-SHA1
};

} // namespace rdpsweep::ssh
